"""Attributes that leave in no training set: what laws call special or sensitive about a person.

The list is closed and is all there is: the kinds below, each with its spellings in English, German, French, Spanish,
Italian, Portuguese, Dutch, Polish, Turkish, Russian and Chinese. An attribute is prohibited when a spelling stands in
its name as whole words, one after the other. Names are compared without regard to case, accents, digits, and how words
are parted (`skin_colour`, `Skin-Colour`, `skinColour`, `skincolour` are one name), and letters of another alphabet that
look like Latin ones count as those. So `trace` is no race and `person_race_2` is one.

Sex and age are not on the list. Only names are looked at, never values. Stripping cannot be switched off and is
reported, attribute by attribute.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

from exporters.dataset import Attributes, LabeledFootage
from exporters.drawn import drawn_on
from exporters.losses import Loss, LossReason


class Prohibited(StrEnum):
    """The kinds of attribute."""

    RACE = "race or ethnic origin"
    RELIGION = "religion or belief"
    HEALTH = "health"
    DISABILITY = "disability"
    IMMIGRATION = "immigration status or nationality"
    POLITICS = "political opinion"
    UNION = "union membership"
    SEXUALITY = "sexual orientation or sex life"
    GENDER_IDENTITY = "gender identity"
    GENETICS = "genetic data"
    BIOMETRICS = "biometric identity"
    CRIME = "criminal record"


SPELLINGS = {
    Prohibited.RACE: """
        race, races, racial, ethnicity, ethnic, ethnic group, ethnic origin, ancestry, national origin, tribe, caste,
        skin color, skin colour, skin tone, skin type, complexion, fitzpatrick,
        rasse, ethnie, ethnien, ethnizität, ethnische herkunft, hautfarbe, hautton, hauttyp, abstammung,
        race humaine, origine ethnique, ethnicité, ethnique, couleur de peau, couleur de la peau,
        raza, etnia, etnicidad, origen étnico, color de piel, color de la piel,
        razza, origine etnica, colore della pelle, raça, etnicidade, cor da pele, ras, etniciteit, etnische afkomst,
        huidskleur, rasa, pochodzenie etniczne, kolor skóry, ırk, etnik köken, ten rengi,
        раса, этнос, этническая принадлежность, национальность, цвет кожи, 种族, 民族, 肤色
        """,
    Prohibited.RELIGION: """
        religion, religions, religious, faith, creed, denomination, religious belief, religious beliefs, belief,
        konfession, religionszugehörigkeit, glaube, glaubensbekenntnis, weltanschauung, religiös,
        religieux, croyance, croyances, confession religieuse, religión, creencia, creencias, credo, religioso,
        religione, confessione religiosa, religião, crença, geloof, religie, levensbeschouwing, wyznanie, religia,
        dini inanç, религия, вероисповедание, 宗教, 信仰
        """,
    Prohibited.HEALTH: """
        health, health status, health condition, medical condition, medical history, illness, disease, diagnosis,
        pregnancy, pregnant, mental health, hiv, hiv status,
        gesundheit, gesundheitszustand, krankheit, diagnose, schwangerschaft, schwanger,
        santé, état de santé, maladie, grossesse, enceinte, salud, estado de salud, enfermedad, embarazo, embarazada,
        salute, stato di salute, malattia, gravidanza, saúde, doença, gravidez, gezondheid, ziekte, zwangerschap,
        zdrowie, stan zdrowia, choroba, ciąża, sağlık, hastalık, здоровье, болезнь, 健康, 疾病
        """,
    Prohibited.DISABILITY: """
        disability, disabilities, disability status, handicap, handicapped, impairment,
        behinderung, schwerbehinderung, behindert, handicapé, invalidité, discapacidad, discapacitado, minusvalía,
        disabilità, disabile, deficiência, deficiente, handicap status, invaliditeit, niepełnosprawność,
        engellilik, инвалидность, 残疾
        """,
    Prohibited.IMMIGRATION: """
        immigration, immigration status, immigrant, migration status, migrant, citizenship, nationality, visa status,
        residence status, undocumented, asylum, refugee,
        aufenthaltsstatus, einwanderungsstatus, migrationshintergrund, staatsangehörigkeit, staatsbürgerschaft,
        nationalität, asylstatus, flüchtling, statut migratoire, statut d immigration, nationalité, citoyenneté,
        titre de séjour, estatus migratorio, estado migratorio, nacionalidad, ciudadanía, stato di immigrazione,
        nazionalità, cittadinanza, permesso di soggiorno, nacionalidade, cidadania, nationaliteit, burgerschap,
        verblijfsstatus, obywatelstwo, narodowość, uyruk, vatandaşlık, гражданство, 国籍
        """,
    Prohibited.POLITICS: """
        political, politics, political opinion, political opinions, political view, political views,
        political affiliation, political party, party affiliation, party membership,
        politische meinung, politische einstellung, parteizugehörigkeit, opinion politique, opinions politiques,
        appartenance politique, opinión política, afiliación política, ideología política, opinione politica,
        appartenenza politica, opinião política, filiação política, politieke voorkeur, politieke overtuiging,
        poglądy polityczne, siyasi görüş, политические взгляды, 政治观点, 政治面貌
        """,
    Prohibited.UNION: """
        union, union member, union membership, trade union, labor union, labour union,
        gewerkschaft, gewerkschaftszugehörigkeit, gewerkschaftsmitglied, syndicat, appartenance syndicale,
        sindicato, afiliación sindical, sindacato, appartenenza sindacale, filiação sindical, vakbond,
        lidmaatschap vakbond, związek zawodowy, sendika, профсоюз, 工会
        """,
    Prohibited.SEXUALITY: """
        sexual orientation, sexual preference, sexuality, sex life, sexual, gay, lesbian, homosexual, bisexual, lgbt,
        lgbtq, sexuelle orientierung, sexualität, sexualleben, orientation sexuelle, sexualité, vie sexuelle,
        orientación sexual, sexualidad, vida sexual, orientamento sessuale, sessualità, vita sessuale,
        orientação sexual, sexualidade, seksuele geaardheid, seksuele voorkeur, orientacja seksualna, cinsel yönelim,
        сексуальная ориентация, 性取向
        """,
    Prohibited.GENDER_IDENTITY: """
        gender identity, transgender, non binary, nonbinary, geschlechtsidentität, identité de genre,
        identidad de género, identità di genere, identidade de gênero, genderidentiteit, tożsamość płciowa,
        cinsiyet kimliği, 性别认同
        """,
    Prohibited.GENETICS: """
        genetic, genetics, genetic data, genome, genotype, dna, genetisch, genetik, erbgut, génétique, adn,
        genética, genético, genetica, genetico, genetisch profiel, genetyka, genetik veri, генетика, 基因
        """,
    Prohibited.BIOMETRICS: """
        biometric, biometrics, biometric id, biometric identity, face id, face print, face embedding, face encoding,
        face template, face vector, face recognition, facial recognition, finger print, iris scan, iris code,
        retina scan, voice print, gait signature, palm print,
        biometrie, biometrisch, gesichtserkennung, fingerabdruck, gesichtsvektor, biométrie, biométrique,
        empreinte digitale, reconnaissance faciale, biometría, biométrico, huella dactilar, reconocimiento facial,
        biometria, biometrico, impronta digitale, riconoscimento facciale, biométrica, impressão digital,
        reconhecimento facial, vingerafdruk, gezichtsherkenning, odcisk palca, biyometrik, parmak izi,
        биометрия, отпечаток пальца, 生物特征, 人脸识别, 指纹
        """,
    Prohibited.CRIME: """
        criminal record, criminal history, criminal conviction, conviction, convictions,
        vorstrafe, vorstrafen, straftat, strafregister, casier judiciaire, condamnation, antecedentes penales,
        casellario giudiziale, precedenti penali, antecedentes criminais, strafblad, karalność, sabıka kaydı,
        судимость, 犯罪记录
        """,
}
LOOK_ALIKE = str.maketrans(
    "авеєзкмнорсстухіїјѕһԁԛԝαβεηικνορτυχϲı",
    "abee3kmhopcctyxiijshdqwabenikvoptuxci",
)
"""Cyrillic and Greek letters, and the Turkish i without a dot, by the Latin one that looks the same."""
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ł": "l"})
NO_MARK = str.maketrans({"ø": "o", "ł": "l", "đ": "d"})
WORD = re.compile(r"[^\W\d_]+")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """The item without its prohibited attributes, a loss for each, their names with their kinds, and how often each."""

    item: LabeledFootage
    losses: tuple[Loss, ...]
    names: tuple[tuple[str, Prohibited], ...]
    counts: tuple[tuple[str, int], ...]


def strip_prohibited(item: LabeledFootage) -> Stripped:
    """Take every prohibited attribute off the item and off all that is drawn on it."""
    if not _holds_any(item):
        return Stripped(item=item, losses=(), names=(), counts=())
    found: list[tuple[str, str, str, Prohibited]] = []
    changed: dict[str, Any] = {}
    for name, shapes in drawn_on(item).items():
        changed[name] = tuple(_stripped(shape, found) for shape in shapes)
    kept, own = _parted(item.attributes)
    found.extend(("", "", name, kind) for name, kind in own)
    return Stripped(
        item=replace(item, attributes=kept, **changed),
        losses=tuple(
            Loss(footage_id=item.footage_id, shape_id=shape, label=label, reason=LossReason.PROHIBITED_ATTRIBUTE)
            for shape, label, _, _ in found
        ),
        names=tuple(sorted({(name, kind) for _, _, name, kind in found})),
        counts=tuple(sorted(Counter(name for _, _, name, _ in found).items())),
    )


def _holds_any(item: LabeledFootage) -> bool:
    """Whether there is anything to take off; nearly never, so this is what has to be fast."""
    names = {name for name, _ in item.attributes}
    for shapes in drawn_on(item).values():
        for shape in shapes:
            for name, _ in getattr(shape, "attributes", ()):
                names.add(name)
    return any(prohibited(name) for name in names)


@lru_cache(maxsize=4_096)
def prohibited(name: str) -> Prohibited | None:
    """Which kind of prohibited attribute has this name, if any."""
    words = _words(name)
    for start, word in enumerate(words):
        for spelling, kind in _INDEX.get(word, ()):
            if words[start : start + len(spelling)] == spelling:
                return kind
    return None


def _stripped(shape: Any, found: list[tuple[str, str, str, Prohibited]]) -> Any:  # noqa: ANN401 - any kind of shape
    kept, taken = _parted(getattr(shape, "attributes", ()))
    found.extend((shape.id, shape.label, name, kind) for name, kind in taken)
    return replace(shape, attributes=kept) if taken else shape


def _parted(attributes: Attributes) -> tuple[Attributes, list[tuple[str, Prohibited]]]:
    judged = [(pair, prohibited(pair[0])) for pair in attributes]
    kept = tuple(pair for pair, kind in judged if kind is None)
    return kept, [(pair[0], kind) for pair, kind in judged if kind is not None]


def _words(name: str) -> Words:
    """The words of a name in the form in which names are compared."""
    shown = "".join(one for one in unicodedata.normalize("NFKC", name) if unicodedata.category(one) != "Cf")
    humps = "".join(f" {one}" if one.isupper() and before.islower() else one for before, one in pairwise(f" {shown}"))
    folded = unicodedata.normalize("NFKD", humps.casefold())
    bare = "".join(one for one in folded if not unicodedata.combining(one))
    return tuple(WORD.findall(bare.translate(NO_MARK).translate(LOOK_ALIKE)))


def _index() -> dict[str, tuple[tuple[Words, Prohibited], ...]]:
    """Every spelling by its first word; also written as one word, and with umlauts written out."""
    index: defaultdict[str, set[tuple[Words, Prohibited]]] = defaultdict(set)
    for kind, listed in SPELLINGS.items():
        for spelling in chain.from_iterable(_forms(one) for one in listed.split(",")):
            index[spelling[0]].add((spelling, kind))
    return {first: tuple(sorted(spellings)) for first, spellings in index.items()}


def _forms(spelling: str) -> Iterator[Words]:
    for written in (spelling, spelling.translate(UMLAUTS)):
        yield _words(written)
        yield ("".join(_words(written)),)


_INDEX = _index()
