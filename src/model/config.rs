//! What `config.json` of a model folder says: the shape of the network and how text becomes its input.

use super::Error;
use super::files::{CONFIG, Files};
use crate::codebook::Code;
use crate::transcript::Speaker;
use serde::{Deserialize, Serialize};

/// The shape of a model. Every tensor of the weights file is checked against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How the files belong together: [`FORMAT`], or that of before there was a number.
    #[serde(default = "first_format")]
    pub format: usize,
    /// Name of the model, e.g. `minilm`.
    pub name: String,
    /// Version of the model, e.g. `1.0.0`.
    pub version: String,
    /// Names of the codes in the order of the outputs; must be those of the codebook.
    pub codes: Vec<String>,
    /// The small encoder (BERT): one vector per window of text.
    pub encoder: EncoderConfig,
    /// The layers over the sequence of vectors of a session.
    pub context: ContextConfig,
    /// The second reader, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<PlainConfig>,
    /// The large encoder with its readers, if there is one: the thirteen codes are theirs then, and `encoder` and `plain` are the
    /// model without it (`--small`); but windows and vocabulary are those of `encoder`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub large: Option<LargeConfig>,
}

/// Shape of the BERT encoder. Vectors are the mean over all tokens of a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderConfig {
    /// Length of a token's vector.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// Attention heads per layer.
    pub heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate: usize,
    /// Entries of the vocabulary.
    pub vocabulary: usize,
    /// Positions the encoder knows.
    pub positions: usize,
    /// Tokens per window, `[CLS]` and `[SEP]` included; longer units are cut into several windows.
    pub window: usize,
}

/// Shape of the bidirectional GRU and of the output layers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextConfig {
    /// Rows of the table of roles, see [`role`].
    pub roles: usize,
    /// Hidden units of the GRU in each direction.
    pub hidden: usize,
    /// Width of the layer before the outputs.
    pub head: usize,
    /// Sessions longer than this many windows are read in blocks of this length…
    pub block: usize,
    /// …each with this many windows more on either side, which are read but not scored.
    pub margin: usize,
}

/// Shape of the second reader: the same layers over a session as [`ContextConfig`] says, but over the encoder as it was
/// before it was taught with the codes, cut off low. It has not forgotten how people talk elsewhere, and errs on other
/// units than the first; the logits of both are added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainConfig {
    /// Layers of the plain encoder. Its vectors are the mean over all tokens of the last of them, and beside it
    /// [`PlainConfig::pools`] means in which every token has a weight.
    pub layers: usize,
    /// How many of these, the embeddings besides, teaching has left as they were: they are stored and run once.
    pub shared: usize,
    /// How many weighted means: the weights are the softmax, over the tokens of a window, of a learned product. One telling
    /// clause of a long window is not averaged away.
    pub pools: usize,
    /// Length that its vectors are brought to before they are read.
    pub width: usize,
}

/// Shape of the large encoder (MPNet, cut off low) and of the readers over it, which are alike; the layers over a session are as
/// [`ContextConfig`] says. It is as it was before anything was taught with the codes, and reads the same windows of the same tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LargeConfig {
    /// Length of a token's vector.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// Attention heads per layer.
    pub heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate: usize,
    /// How many weighted means stand beside the plain one in the vector of a window, as in [`PlainConfig::pools`].
    pub pools: usize,
    /// Length that vectors of windows are brought to before they are read.
    pub width: usize,
    /// How many readers: each weighs the tokens in its own way.
    pub readers: usize,
}

impl LargeConfig {
    /// The lower half of all-mpnet-base-v2, under four readers.
    #[must_use]
    pub fn mpnet() -> LargeConfig {
        LargeConfig {
            hidden: 768,
            layers: 6,
            heads: 12,
            intermediate: 3072,
            pools: 2,
            width: 256,
            readers: 4,
        }
    }

    /// What the names of the tensors of a reader begin with, counted from 0.
    #[must_use]
    pub fn prefix(reader: usize) -> String {
        format!("large.reader.{reader}.")
    }

    fn check(&self) -> Result<(), String> {
        let sizes = [self.hidden, self.layers, self.heads, self.intermediate, self.width, self.readers];
        if sizes.iter().any(|&size| size == 0 || size > LARGEST) || self.pools > LARGEST {
            return Err(format!("a size of its large encoder is 0 or over {LARGEST}"));
        }
        if !self.hidden.is_multiple_of(self.heads) {
            return Err("the hidden size of its large encoder is not a multiple of its heads".into());
        }
        Ok(())
    }
}

/// Reads the shape of a model and checks it.
///
/// # Errors
/// If there is none, or no network of this shape can be run.
pub fn read(files: &Files) -> Result<Config, Error> {
    let config: Config = super::json(files, CONFIG)?;
    config.check().map_err(|reason| Error::file(&files.path(CONFIG), reason))?;
    Ok(config)
}

/// The format that is read. Until 2 the logits of the readers over the large encoder and those below it were added up.
pub const FORMAT: usize = 2;

fn first_format() -> usize {
    1
}

/// No size may be larger: products of them must not overflow before they are held against the tensors.
const LARGEST: usize = 1 << 20;

impl Config {
    /// Says what is wrong if no network of this shape can be run, or its outputs are not the codebook.
    ///
    /// # Errors
    /// One line for the first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!(
                "is of format {}, but {FORMAT} is read: make the folder anew with this program",
                self.format
            ));
        }
        let (encoder, context) = (&self.encoder, &self.context);
        if let Some(plain) = &self.plain {
            if plain.shared > plain.layers.min(encoder.layers) || plain.layers == 0 {
                return Err("its plain encoder has no layer, or shares more than there are".into());
            }
            if plain.width == 0 || [plain.width, plain.layers, plain.pools].iter().any(|&size| size > LARGEST)
            {
                return Err(format!("a size of its plain encoder is 0 or over {LARGEST}"));
            }
        }
        self.large.as_ref().map_or(Ok(()), LargeConfig::check)?;
        if !self.codes.iter().map(String::as_str).eq(Code::ALL.map(Code::name)) {
            return Err("its codes are not those of the codebook, in its order".into());
        }
        let sizes = [encoder.hidden, encoder.layers, encoder.heads, encoder.intermediate, context.hidden];
        if sizes.contains(&0) || context.head == 0 || context.block == 0 {
            return Err("a size is 0".into());
        }
        let all = [encoder.vocabulary, encoder.positions, context.head, context.block, context.margin];
        if sizes.iter().chain(&all).any(|&size| size > LARGEST) {
            return Err(format!("a size is over {LARGEST}, larger than in any model that could be run"));
        }
        if context.roles != ROLES {
            return Err(format!("has {} roles, but {ROLES} are known", context.roles));
        }
        if !encoder.hidden.is_multiple_of(encoder.heads) {
            return Err("its hidden size is not a multiple of its heads".into());
        }
        if encoder.window < 3 || encoder.window > encoder.positions {
            return Err("its windows do not fit its positions".into());
        }
        if context.margin > context.block {
            return Err("its margin is longer than its block".into());
        }
        Ok(())
    }

    /// The plain encoder, if all of its layers are among those of the taught one: an own network stands over them.
    ///
    /// # Errors
    /// One line, if there is one encoder only, or the plain one has layers of its own.
    pub fn shared(&self) -> Result<&PlainConfig, String> {
        match &self.plain {
            Some(plain) if plain.shared == plain.layers && plain.shared < self.encoder.layers => Ok(plain),
            _ => {
                Err("an own network stands over layers that two readers share, and this model has none"
                    .into())
            }
        }
    }

    /// Of every reader of the thirteen codes the length of what it takes of a window, in order: those over the large encoder if
    /// there is one, else the one over the encoder and the one over the plain one.
    #[must_use]
    pub fn widths(&self) -> Vec<usize> {
        match &self.large {
            Some(large) => vec![large.width; large.readers],
            None => [self.encoder.hidden]
                .into_iter()
                .chain(self.plain.as_ref().map(|plain| plain.width))
                .collect(),
        }
    }

    /// This shape without the large encoder.
    #[must_use]
    pub fn small(&self) -> Config {
        Config { large: None, ..self.clone() }
    }

    /// The shape of the shipped model: the lower half of MPNet under four readers with a context of 128 units a side; without it
    /// MiniLM-L6 under one, and a second over its third layer.
    #[must_use]
    pub fn minilm() -> Config {
        Config {
            format: FORMAT,
            name: "minilm".into(),
            version: "1.8.0".into(),
            codes: Code::ALL.iter().map(|code| code.name().to_owned()).collect(),
            encoder: EncoderConfig {
                hidden: 384,
                layers: 6,
                heads: 12,
                intermediate: 1536,
                vocabulary: 30522,
                positions: 512,
                window: 64,
            },
            context: ContextConfig { roles: ROLES, hidden: 128, head: 192, block: 512, margin: 64 },
            plain: Some(PlainConfig { layers: 3, shared: 3, pools: 2, width: 256 }),
            large: Some(LargeConfig::mpnet()),
        }
    }
}

/// Sections of notes that have a role of their own.
const SECTIONS: [char; 9] = ['S', 'O', 'A', 'P', 'D', 'B', 'I', 'R', 'G'];

/// Number of roles that [`role`] tells apart.
pub const ROLES: usize = 4 + SECTIONS.len();

/// The row of the role table for a speaker: therapist, first client, further clients, note, then one for
/// each section of SOAP, DAP, BIRP, GIRP and PIRP notes.
#[must_use]
pub fn role(speaker: Speaker) -> usize {
    match speaker {
        Speaker::Therapist => 0,
        Speaker::Client(0 | 1) => 1,
        Speaker::Client(_) => 2,
        Speaker::Note(section) => {
            section.and_then(|letter| SECTIONS.iter().position(|&s| s == letter)).map_or(3, |i| 4 + i)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_shapes_are_refused() {
        assert_eq!(Config::minilm().check(), Ok(()));
        let broken: [fn(&mut Config); 13] = [
            |c| c.format = 1,
            |c| c.codes.swap(0, 1),
            |c| c.context.head = 0,
            |c| c.encoder.heads = 7,
            |c| c.encoder.window = 1000,
            |c| c.context.margin = 513,
            |c| (c.context.block, c.context.margin) = (usize::MAX, usize::MAX),
            |c| c.encoder.layers = usize::MAX / 2,
            |c| c.plain = Some(PlainConfig { layers: 2, shared: 3, pools: 2, width: 256 }),
            |c| c.plain = Some(PlainConfig { layers: 3, shared: 3, pools: usize::MAX, width: 256 }),
            |c| c.large = Some(LargeConfig { heads: 7, ..LargeConfig::mpnet() }),
            |c| c.large = Some(LargeConfig { layers: 0, ..LargeConfig::mpnet() }),
            |c| c.large = Some(LargeConfig { readers: 0, ..LargeConfig::mpnet() }),
        ];
        for breaking in broken {
            let mut config = Config::minilm();
            breaking(&mut config);
            assert!(config.check().is_err());
        }
    }

    #[test]
    fn every_role_has_its_row() {
        let rows: Vec<_> =
            ["therapist", "client", "client 2", "client 3", "note", "note:S", "note:G", "note:N"]
                .iter()
                .map(|word| role(Speaker::from_role(word).unwrap()))
                .collect();
        assert_eq!(rows, [0, 1, 2, 2, 3, 4, 12, 3]);
        assert!(rows.iter().all(|&row| row < ROLES));
    }
}
