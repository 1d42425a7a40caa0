"""What `.abbr` writes in a note: sentences of every day, and the outline of a consultation."""

from vpterm.kernel.i18n import N_, _

ABBREVIATIONS = {
    "exn": N_("Clinical examination normal."),
    "ras": N_("Nothing to report."),
    "vac": N_("Yearly vaccination. Clinical examination normal, no contraindication."),
    "plan": N_("History:\nExamination:\nDiagnosis:\nTreatment:\nFollow-up:"),
    "muq": N_("Mucous membranes pink, capillary refill under 2 s."),
    "ausc": N_("Cardiac and respiratory auscultation normal."),
    "palp": N_("Abdominal palpation supple, painless."),
    "oto": N_("Otoscopy: ear canals clean, eardrums intact."),
    "boit": N_("Lameness: grade /5, pain at , mobilisation ."),
    "diar": N_("Diarrhoea for days; general condition kept; no blood."),
    "vom": N_("Vomiting for days; abdomen supple; hydration right."),
    "jeu": N_("Fasting from 8 p.m. the day before, water left."),
    "post": N_("Recovery without incident. Wound clean. Collar for 10 days, stitches out in 12 days."),
    "ctl": N_("Check in 8 days, sooner if it gets worse."),
    "euth": N_("Euthanasia with the owner's informed consent."),
}


def abbreviations() -> dict[str, str]:
    """The abbreviations in the language of the session."""
    return {name: _(text) for name, text in ABBREVIATIONS.items()}
