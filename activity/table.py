"""The table of all events for the documentation: what each means and what follows from it."""

from activity.registry import Registry, registry

BEGIN, END = "<!-- events: begin -->", "<!-- events: end -->"


def markdown(of: Registry = registry) -> str:
    """One row a verb, by name."""
    rows = ["| Event | In the Activity tab | Clients may see it | What follows |", "|---|---|---|---|"]
    for name, verb in sorted(of.verbs.items()):
        follows = "; ".join(consequence.says for consequence in of.consequences.get(name, [])) or "-"
        says = f"{verb.says} {verb.inside}".strip()
        rows.append(f"| `{name}` | {says} | {'yes' if verb.for_clients else 'no'} | {follows} |")
    return "\n".join(rows)


def put_into(page: str) -> str:
    """The page with the table between its two marks.

    Raises: ValueError when a mark is missing.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The page needs the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n\n{markdown()}\n\n{END}{after}"
