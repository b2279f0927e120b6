"""The one chat that has run for months: invoices for Sunda Commerce, a little every day."""

from random import Random

_BEGINNING = """
* lin: terms package=megafactory units_per_month=60000 seconds_per_unit=70
lin +20m: Hello, we receive invoices from suppliers in nine countries and three people type them into the ledger. They \
would like to do something else with their lives.
jonas +1h: Hello Lin, a good reason! Nine countries: does that mean nine layouts, or thousands?
lin +20m: Thousands. But 200 suppliers send 80 % of the invoices.
jonas +10m: Then the 200 can have templates, and people only check them. The rest is typed.
(jonas +2m): Volume is real, I saw the supplier list on the call. Three typists today, so they know what it costs.
* jonas +1d: advance gathering
* jonas +1h: tie
* jonas +2h: lead samuel
* salesforce +1h: stage Validation
samuel +1d: Hello Lin. May I ask for 30 invoices of each country, the ugly ones on top?
* lin +1d: file invoices-sample.csv sample_data -- What the pictures say, as our people typed it
* lin +4m: file ledger-rules.txt business_rules
lin +5m: 270 invoices are with you. The ugly ones are from the fish market.
samuel +2d: The fish market is remarkable. Are these water stains part of the number?
lin +30m: No. We think.
* samuel +1h: terms unit_price_low=16 unit_price_high=22
* samuel +2d: advance proposal
* salesforce +1h: stage Proposal
samuel +2d: Proposal: header and totals typed twice by different people, lines once, taxes checked by rule.
lin +1d: Approved here. Our auditor likes "typed twice".
* samuel +1d: advance review
* salesforce +2h: stage Contracting
* lin +2d: go-ahead client
* samuel +1h: go-ahead team
* samuel +1h: terms unit_price=18.5
* samuel +1h: advance prototype
* salesforce +2h: stage Booked
* samuel +1h: lead miguel
miguel +1d: Hello Lin, Miguel here. The prototype did 500 invoices, 99.2 % of the totals were right at the first try.
lin +2h: And the fish market?
miguel +5m: 94 %. We have asked for a new printer on their behalf 🙂
* miguel +3d: advance production
* miguel: starting 0
* miguel +1m: add sunita
* lin +1h: add grace
miguel +2h: We are in production. You find the daily numbers here every evening.
"""

# Each is one day's talk: {n} invoices of the day, {pct} right at the first try, {country}, {late} minutes, {k} a few.
_DAYS = (
    """miguel: {n} today, {pct} % right at the first try, nothing left over.
lin: Thank you Miguel.""",
    """miguel: {n} today, {pct} %. {k} invoices from {country} have a total that does not equal their lines. I list them \
in the export.
lin: Yes please, always list them. The supplier has to correct them, not we.
miguel: Will do, as a rule from now on.""",
    """lin: We get {k} credit notes today. They look like invoices but count the other way.
miguel: Thanks for the warning. We mark them with a minus and the word credit. Is that what the ledger expects?
lin: Exactly that.""",
    """miguel: {n} today, {pct} %.
grace: Evening Miguel, finance asks: can the export come at 18:00 instead of 19:00?
miguel: From tomorrow, yes. The last hour's invoices then come the next day.
grace: That is fine, nobody looks at them at night.""",
    """lin: A supplier from {country} has changed its layout, the invoice number is now at the bottom.
miguel: Saw it this morning, the template is adapted. {k} invoices were typed by hand meanwhile, no mistakes.
lin: You are faster than my mail.""",
    """miguel: {n} today, {pct} %. The queue was {late} minutes late around noon, a network problem at our site, solved.
lin: Noticed nothing, thank you for saying so anyway.""",
    """grace: Question from the auditor: can we see who typed a certain invoice?
miguel: Yes, by number, not by name: each person has one. I can look up any invoice for her.
grace: She wants five, list follows by mail.
miguel: Done, all five with times. Two different people each, as promised.
grace: She says "finally". From her that is a poem.""",
    """miguel: {n} today, {pct} %. Public holiday here tomorrow, half the squad works. Expect about half the number.
lin: Enjoy it! We also have fewer invoices tomorrow.""",
    """lin: The fish market has a new printer!!
miguel: We saw it. The squad clapped.
lin: Please tell them I clapped too.""",
    """miguel: {n} today, {pct} %. For {k} invoices the tax number has one digit too few, all from one supplier in {country}.
lin: Leave it as it is, they really have an old number. I put it on the list of exceptions.
miguel: Added to ours as well.""",
    """grace: Month end on Friday, expect twice as many.
miguel: Planned: four more people on Thursday and Friday.
grace: 🙏
miguel: {n} until now and the queue is empty. We stay until midnight in case more arrive.
grace: Nothing more from us. Go home, all of you!""",
    """lin: I found an invoice with a wrong currency, dollars instead of Singapore dollars. Number ends in {k}{k}.
miguel: Looking.
miguel: You are right. The symbol is cut off in the scan. We now take the currency from the supplier when the symbol is \
not whole. I checked the last 30 days: this was the only one.
lin: Thank you for checking back. That is what I would have asked next.""",
    """miguel: {n} today, {pct} %. A small idea from the squad: 40 % of the line texts are the same as last month. We could \
suggest them, so that people confirm instead of typing.
lin: Would it be cheaper?
miguel: A little faster first, so cheaper when we look at the price again in spring.
lin: Then please try it with one supplier.
miguel: One supplier from Monday.""",
    """miguel: The suggestions: {pct} % were right, and people took {k} seconds less per invoice. Nobody confirmed a wrong one.
lin: Let us use it for the next ten suppliers.""",
    """grace: Lin is on holiday until next week, please ask me.
miguel: Thank you Grace. {n} today, {pct} %, no questions.
grace: My favourite kind of day.""",
    """miguel: {n} today, {pct} %. {k} pages came upside down.
lin: Our new scanner. Sorry!
miguel: No harm, people turn them with one key.""",
    """lin: Could you tell me how many invoices came from {country} this quarter?
miguel: Give me ten minutes.
miguel: {n}. A little more than last quarter.
lin: Perfect, that was for a slide. The slide thanks you.""",
    """miguel: {n} today, {pct} %.""",
    """miguel: {n} today, {pct} %. We are ahead of the queue, so two people use the afternoon to re-read last week's doubtful ones.
lin: How many are doubtful?
miguel: {k}. Five turned out wrong, corrected in today's export and marked.
lin: Marked is the important word. Good.""",
    """grace: There is a supplier who writes the amounts in words. Only in words.
miguel: We have met. "Two thousand and a bit" was my favourite.
grace: And what did you type?
miguel: We asked you, see last Tuesday 🙂
grace: Oh. That was a real question?""",
)

_COUNTRIES = ("Indonesia", "Vietnam", "Malaysia", "Thailand", "India", "the Philippines", "Japan", "Korea", "Taiwan")

_END = """
miguel +1d: {n} today, {pct} %. Tomorrow we pass 250,000 invoices since the start.
lin +20m: Then tomorrow there is cake. How do I send a cake to Bogotá?
miguel +10m: As an attachment, please.
(samuel +2h): They are happy. Good moment to talk about the other two ledgers next month; I would let Lin bring it up.
lin +18h: 250,000! And our three typists now look after suppliers. One of them made the cake, picture follows.
grace +5m: I can confirm the cake 🎂
"""


def _write() -> str:
    """The whole script: the beginning, one talk for each working day, and the end. The same at every call."""
    dice = Random(11)  # noqa: S311  only varies numbers
    parts = [_BEGINNING]
    for day in range(96):
        talk = _DAYS[day % len(_DAYS)] if day < len(_DAYS) else dice.choice(_DAYS)
        filled = _fill(talk, dice)
        for number, line in enumerate(filled.splitlines()):
            who, text = line.split(": ", 1)
            delay = "0.95d" if number == 0 else f"{dice.randint(2, 45)}m"
            parts.append(f"{who} +{delay}: {text}")
    parts.append(_fill(_END, dice))
    return "\n".join(parts)


def _fill(text: str, dice: Random) -> str:
    values = {
        "{n}": f"{dice.randint(1900, 3400):,}",
        "{pct}": f"{dice.uniform(98.6, 99.8):.1f}",
        "{country}": dice.choice(_COUNTRIES),
        "{late}": str(dice.randint(12, 45)),
        "{k}": str(dice.randint(3, 19)),
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return text


LONG_CHAT = _write()
