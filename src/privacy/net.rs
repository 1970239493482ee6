//! E-mail and web addresses, internet addresses, names of accounts.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::{Hit, Traits, add_all, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b[\p{L}0-9][\p{L}0-9._%+'-]*@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b",
    )
});

/// With a scheme or `www.` anything goes; a bare name needs a known ending in small letters, so that two sentences
/// without a space between them are no address.
static URL: LazyLock<Regex> = LazyLock::new(|| {
    let end = "com|org|net|edu|gov|info|io|app|tv|gg|uk|ie|au|nz|ca|ng|eu|co[.]in";
    compile(&format!(
        r#"(?i:\b(?:https?://|ftp://|www\.))[^\s<>"'“”\])]*[^\s<>"'“”\]),.;:!?]|\b[a-zA-Z0-9][a-zA-Z0-9-]+\.(?:[a-z0-9-]+\.)*(?:{end})(?:/[^\s<>"'“”\])]*[^\s<>"'“”\]),.;:!?])?(?:\b|/)"#
    ))
});

static IP: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b|(?i)\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b|(?i)(?:\b[0-9a-f]{1,4}|:)(?::[0-9a-f]{0,4}){2,7}",
    )
});

/// `@anna_smith`; a name behind "my Instagram is" needs no sign.
static HANDLE: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?:^|[\s(,:])(@[A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_]){2,29})"));

/// The same behind the name of what it is an account of, with a figure or a stroke in it: "Snapchat is bad for me".
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)(?:\b(?:snap(?:chat)?|insta(?:gram)?|tiktok|twitter|reddit|discord|telegram|kik|twitch|skype|xbox|psn|gamertag|username|user name)(?:['’]s)?(?:\s+(?:is|as|name|handle|tag|account|user))*[\s:=,]+@?(?:u/)?|\bhandle(?:\s+is\s+|\s*[:=]\s*)@?|\bu/)([a-z0-9._#-]*[a-z][a-z0-9._-]*(?:[0-9_]|#[0-9])[a-z0-9_#]*)",
    )
});

pub(super) fn look(text: &str, traits: &Traits, hits: &mut Vec<Hit>) {
    if traits.strokes > 0 {
        add_all(&ACCOUNT, Kind::Handle, text, hits);
    }
    if traits.at {
        add_all(&EMAIL, Kind::Email, text, hits);
        add_all(&HANDLE, Kind::Handle, text, hits);
    }
    if traits.joined {
        for found in URL.find_iter(text) {
            // `p.m.`, `e.g.` and times have no two letters before their dot.
            let letters = found.as_str().split('.').next().unwrap_or_default();
            if letters.bytes().any(|byte| byte.is_ascii_alphabetic()) {
                hits.push(Hit { kind: Kind::Url, bytes: found.range() });
            }
        }
        let addresses = IP.find_iter(text).filter(|found| is_address(found.as_str(), &text[..found.start()]));
        hits.extend(addresses.map(|found| Hit { kind: Kind::Ip, bytes: found.range() }));
    }
}

/// Four numbers with dots may be a version or a section as well.
fn is_address(candidate: &str, before: &str) -> bool {
    // That of a device has six pairs.
    let pairs = candidate.split([':', '-']);
    if candidate.len() == 17 && pairs.clone().count() == 6 && pairs.into_iter().all(|pair| pair.len() == 2) {
        return candidate.bytes().any(|byte| byte.is_ascii_alphabetic());
    }
    if candidate.contains(':') {
        let digits = candidate.bytes().filter(u8::is_ascii_hexdigit).count();
        return digits >= 4 && candidate.parse::<Ipv6Addr>().is_ok() || candidate == "::1";
    }
    let before = before.trim_end().to_ascii_lowercase();
    let versioned = [
        "version",
        "v",
        "section",
        "item",
        "module",
        "chapter",
        "step",
        "unit",
        "part",
        "criterion",
        "appendix",
    ]
    .iter()
    .any(|word| before.ends_with(word));
    !versioned && candidate.parse::<Ipv4Addr>().is_ok_and(|address| address.octets()[0] != 0)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finds, finds_nothing};

    #[test]
    fn addresses_of_the_net() {
        finds(
            "email",
            "You can write to anna.smith+nhs@mail.example.co.uk, she said.",
            "anna.smith+nhs@mail.example.co.uk",
        );
        finds("email", "It's J_OCONNOR@EXAMPLE.COM.", "J_OCONNOR@EXAMPLE.COM");
        finds("url", "I put it on https://example.com/~anna?x=1, look.", "https://example.com/~anna?x=1");
        finds("url", "Look at www.annas-cakes.co.uk.", "www.annas-cakes.co.uk");
        finds("url", "She's on facebook.com/anna.smith.9 now", "facebook.com/anna.smith.9");
        finds("ip", "The log says 192.168.12.4 and nothing else.", "192.168.12.4");
        finds("ip", "From 2001:db8::ff00:42:8329 again.", "2001:db8::ff00:42:8329");
        finds("handle", "I'm @anna_smith99 on there.", "@anna_smith99");
        finds("email", "To søren@example.dk, he said.", "søren@example.dk");
        finds("handle", "My insta's kez.b99 now.", "kez.b99");
        finds("handle", "I'm on snapchat as kezb99.", "kezb99");
        finds("handle", "Add me on snap, kezb99.", "kezb99");
        finds("handle", "My psn is Kez_Thorne.", "Kez_Thorne");
        finds("handle", "Snapchat: kenny_o08.", "kenny_o08");
        finds("handle", "On Reddit u/ashfall_nb, she said.", "ashfall_nb");
        finds("handle", "Discord: ashfall#4471; no more.", "ashfall#4471");
        finds("url", "They made discord.gg/wrenandjax then.", "discord.gg/wrenandjax");
        finds("ip", "Wi-Fi mac 3C:5A:B4:1F:09:7E, it says.", "3C:5A:B4:1F:09:7E");
    }

    #[test]
    fn nothing_of_the_net() {
        for text in [
            "I was home.It was late.",
            "At 10.30 p.m. I rang.",
            "We met @ the cafe.",
            "Version 1.2.3.4 of the form.",
            "It went 4.5.6 and then.",
            "e.g.this and i.e.that",
            "PHQ-9: 14, GAD-7:12.",
            "He said:no.",
            "It was 12:30:45 on the clock.",
            "dr.me and mr.it",
            "Module 3.2.1.1 done. At 10:20:30:40:50:60 and so on.",
            "Instagram is bad for me. On Snapchat since 2019, my Xbox 360.",
        ] {
            finds_nothing(text);
        }
    }
}
