"""`custtier define`: what a word of the answers means, or all words by subject."""

from custtier.errors import usage_error
from custtier.facts import Note
from custtier.text import Catalogue, Lang
from custtier.text.definitions import SAME, Definition, called, definitions, near
from custtier.views.glossary import definition_table, subject_table
from custtier.views.view import View


def define(term: str, *, lang: Lang) -> View:
    """What a word means; several definitions where it stands for several things.

    A word that is nearly right is answered by the one word that it must mean, with a note.

    Args:
        term: A code, a title or another word for it, in either language.
        lang: Language of the answer.

    Returns:
        Table `definitions`: `views.glossary.definition_table`.

    Raises:
        CusttierError: `unknown-term`, with the words near to it.
    """
    catalogue = Catalogue(lang)
    found = called(term)
    notes: tuple[Note, ...] = ()
    if not found:
        found = (_meant(term, catalogue),)
        notes = (Note("nearest_term", {"term": term}),)
    return View(
        command="define",
        parameters={"term": term},
        summary={},
        tables={"definitions": definition_table(found, catalogue)},
        notes=notes,
    )


def list_definitions(*, lang: Lang) -> View:
    """All words by subject.

    Args:
        lang: Language of the answer.

    Returns:
        Tables `subjects` and `definitions`.
    """
    catalogue = Catalogue(lang)
    every = definitions()
    return View(
        command="define",
        parameters={},
        summary={"definitions": len(every)},
        tables={"subjects": subject_table(catalogue), "definitions": definition_table(every, catalogue)},
    )


def _meant(term: str, catalogue: Catalogue) -> Definition:
    """The one word that a misspelt one stands for."""
    likely = near(term)
    if not likely:
        raise usage_error(
            "unknown-term",
            "no term is called {term!r}",
            hint="list all terms with: custtier define",
            term=term,
        )
    (best, likeness), *others = likely
    if likeness >= SAME and all(other < likeness for _, other in others):
        return best
    raise usage_error(
        "unknown-term",
        "no term is called {term!r}; near to it: {near}",
        hint="name one of them, or list all terms with: custtier define",
        term=term,
        near=catalogue.listed(dict.fromkeys(one.title(catalogue) for one, _ in likely)),
    )
