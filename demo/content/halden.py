"""Halden Health: pictures and papers of a group of clinics."""

from demo.content.story import Story
from workstreams.choices import EntryPoint, SubscriptionType

AGILE, BATCH, LEAN = SubscriptionType.AGILE, SubscriptionType.BATCH, SubscriptionType.LEAN

STORIES = (
    Story(
        "Liver lesions in CT",
        "halden",
        "priya",
        AGILE,
        0.2,
        "Outlines of liver lesions in contrast CT, slice by slice, checked by our radiologists. Research use, all "
        "scans de-identified.",
        entry=EntryPoint.USE_CASE_PAGE,
        wish=45,
        script="""
        * priya: terms hours_per_month=600 premium_hours=150
        priya +15m: Good afternoon. We have 900 CT series with liver lesions and two radiologists with no time. The \
idea: your people draw, our people correct. Is that something you do?
        jonas +2h: Good afternoon Dr. Raman. Yes, that is the way it works best: drawing is patience, correcting is \
knowledge. Are the series de-identified before they leave you?
        priya +1h: Yes, headers and burned-in text are removed. Our ethics board wants it in writing from you as well.
        (jonas +5m): Needs the data protection annex, long form. Helen has the one we used for the hospital in Oslo.
        * jonas +1d: advance gathering
        * jonas +2h: tie
        * jonas +1h: lead elena
        elena +1d: Dear Dr. Raman, the written confirmation is attached to our mail. For the timing: could we draw \
five series, and you tell us how many minutes your correction takes? That is the number that matters.
        priya +2d: Agreed. Five are uploaded. Please do not be discouraged by number 4.
        elena +4d: Number 4 took us as long as the other four together. Is it typical?
        priya +3h: One in twenty. Cirrhosis makes every edge a matter of opinion.
        * elena +2d: terms monthly_fees=10200 specialists_low=5 specialists_high=8 billing_method=yearly
        * elena +1d: advance proposal
        priya +3d: My correction took 6 minutes per series instead of 40 for drawing it all. I am convinced. Now I \
have to convince procurement, which is harder than cirrhosis.
        elena +1h: I will add a page with exactly that comparison. Procurement likes small tables.
        * elena +5d: advance review
        priya +6d: The table worked.
        * priya +1d: go-ahead client
        * elena +3h: go-ahead team
        * elena +2h: advance squad
        * elena +1d: lead faith
        faith +1d: Hello Dr. Raman, I am choosing the squad now. Three of the six have outlined kidneys for two years.
        priya +5h: Kidneys are polite organs, livers are not. But it is a good beginning.
        * priya +10m: add carla
        carla +1d: Hi Faith, Carla here. I am the study nurse and will answer the everyday questions, so that \
Priya can see patients.
        faith +30m: Lovely to meet you Carla. First everyday question: vessels that touch the lesion, inside or outside?
        carla +2h: Outside, unless more than half is surrounded. I will draw you a picture.
        faith +1h: The picture helped, thank you. It now hangs in the training room.
        * faith +9d: advance production
        * faith: starting 1
        * faith +1m: add sunita
        faith +1d: First 12 series delivered. Carla, could you look at series 7, slices 40 to 52 before anything else?
        carla +3h: Looked. Everything right except slice 46, where the lesion ends earlier. I would not have seen it \
without your question.
        """,
    ),
    Story(
        "Referral letters, de-identification",
        "halden",
        "theo",
        AGILE,
        1.8,
        "Find and mask names, addresses, dates and numbers in 14,000 referral letters a month, English and Portuguese.",
        entry=EntryPoint.PRICING_CALCULATOR,
        script="""
        * theo: terms hours_per_month=340
        theo +40m: Hi. We mask letters with a model, and the model misses about 3 %. We need people for the last 3 %.
        nadia +1h: Hi Theo. So people see what the model masked and look for what it missed. Do they see the whole \
letter, and from where may they work?
        theo +30m: Whole letter. From an office with locked screens, no phones. Is that possible?
        nadia +20m: Yes, that is how our delivery centres work: clean desk, no phones, screens that do not leave.
        * nadia +1d: advance gathering
        * nadia +2h: lead samuel
        samuel +1d: Hello Theo. Two languages means two squads, or one that reads both. We have four people who do. \
What counts as a miss that matters?
        theo +3h: A name is serious. A clinic's phone number is not. We score them 10 to 1.
        samuel +40m: Then I suggest we are measured by your score, not by counting misses alike.
        theo +1h: Nobody has offered that before. Yes.
        * samuel +1m: terms premium_hours=60 billing_method=monthly
        * samuel +6d: advance proposal
        theo +3d: Two things from our lawyers. They want to know who can read a letter, by name, and what happens when \
somebody leaves.
        samuel +2h: By name: the list is in this WorkStream, under members, and it changes only with a mail to you. \
When somebody leaves, access ends within the hour; I will put that into the terms.
        * samuel +4d: advance review
        * samuel +1m: terms monthly_fees=5100 specialists_low=4 specialists_high=4
        theo +5d: Lawyers happy, I am told. Which has never happened in my lifetime.
        (samuel +10m): He is joking, but get it in writing before we advance.
        samuel +30m: Then all I need from you is the go-ahead on this page, whenever you are ready.
        theo +2d: One more week please, our security officer is on holiday.
        """,
    ),
    Story(
        "Handwritten intake forms",
        "halden",
        "carla",
        LEAN,
        5.1,
        "Transcribe handwritten intake forms, 18 fields each. Clinics in Brazil and the United States.",
        entry=EntryPoint.PRODUCT_PAGE,
        script="""
        * carla: terms package=megafactory units_per_month=52000 seconds_per_unit=55
        carla +1h: Oi! Our clinics still use paper, and doctors' handwriting is what you imagine. 52,000 forms a month.
        jonas +1h: Olá Carla! Do you know how many of the 18 fields are usually filled?
        carla +20m: Eleven on average. Nobody ever fills "allergies", which worries us.
        jonas +15m: We could return "empty" and "unreadable" as different answers, then you would know.
        carla +5m: YES please.
        * jonas +1d: advance gathering
        * jonas +1h: tie
        * jonas +2h: lead samuel
        * salesforce +1h: stage Validation
        * samuel +3d: terms unit_price_low=11.25 unit_price_high=14.5
        samuel +1m: 11.25 to 14.5 cents a form, and I expect the middle. Empty fields are quick.
        * salesforce +3d: stage Proposal
        carla +1d: Finance asks whether a fraction of a cent is a mistake 😄
        samuel +30m: It is not: at 52,000 forms a quarter of a cent is 130 dollars a month.
        carla +10m: They like you already.
        * salesforce +8d: stage Booked
        (chloe +2h): Booked came straight after Proposal. The go-aheads are not recorded here, Samuel, please check \
with Carla that the terms were really signed.
        samuel +3h: Carla, one formality: Salesforce tells me the terms are signed. Is that right from your side?
        carla +2h: Signed on Tuesday by Theo and me. I can send the paper.
        samuel +5m: The paper would be great, thank you.
        * samuel +1d: lead miguel
        * samuel +1h: terms unit_price=12.75
        miguel +1d: Hello Carla! The prototype has read 1,000 forms. "Allergies" is empty on 71 %.
        carla +3h: 71! I am taking that straight to the medical director.
        * miguel +6d: advance production
        * miguel: starting 0
        miguel +2d: Live. 2,400 forms on the first day, 0.8 % unreadable.
        carla +11d: The medical director changed the form because of the 71 %. Field 12 is now a tick box. Can you \
cope with two versions for a while?
        miguel +25m: Of course. Send us a scan of the new one and we tell them apart by the number at the bottom.
        """,
    ),
    Story(
        "Skin photos, quality check",
        "halden",
        "priya",
        BATCH,
        3.9,
        "45,000 photos of skin taken by patients: sharp, well lit, close enough?",
        entry=EntryPoint.HOMEPAGE,
        script="""
        * priya: terms total_units=45000 seconds_per_unit=5
        priya +1h: No diagnosis needed, only: is this photo good enough for a doctor to look at?
        nadia +2h: Understood. May the same people see the photos at home, or only at our centres?
        priya +1h: Centres only please, skin is private.
        * nadia +2d: advance gathering
        * nadia +1h: tie
        * nadia +1h: lead elena
        * salesforce +2h: stage Analysis
        * elena +3d: terms estimated_price_low=2600 estimated_price_high=3400
        * elena +1d: advance proposal
        * elena +4d: advance review
        * elena +1m: delivery in_house
        * elena +1m: terms project_price=2950
        elena +5m: Because of "centres only" this will be an in-house squad, and the price is 2,950 dollars.
        priya +4d: Go ahead. I have pressed the button, I think.
        * priya +1m: go-ahead client
        * elena +1h: go-ahead team
        * elena +1d: advance squad
        * salesforce +5h: stage Booked
        * elena +1h: lead prakash
        prakash +2d: Dear Dr. Raman, four people are in training. They ask what to do with photos that show a face.
        priya +4h: Report them to us and do not answer. There should be none, so thank you for asking.
        """,
    ),
    Story(
        "Pathology slides, tiles",
        "halden",
        "priya",
        LEAN,
        6.3,
        "Classify tiles of pathology slides: tumour, stroma, other, artefact.",
        script="""
        priya +2h: This one is experimental. Tiles of 256 pixels, four classes, as many as you can at the quality of \
my resident.
        jonas +3h: How good is your resident? 🙂
        priya +1h: 93 % against the consensus of three pathologists. She will read this, so: excellent.
        * jonas +1d: advance gathering
        * jonas +1h: lead elena
        elena +2d: 93 % for people who are no pathologists is ambitious. I would like a test of two weeks with the \
possibility to stop.
        priya +1d: Agreed. Better an honest stop than a soft yes.
        * elena +1h: terms package=kilofactory seconds_per_unit=8
        * elena +4d: advance proposal
        (elena +20m): Test design: 2,000 tiles, 12 people, stop below 85 % after week one. Chloé writes it up.
        """,
    ),
    Story(
        "Prescription photos",
        "halden",
        "theo",
        BATCH,
        82,
        "Read drug, dose and frequency from 8,000 photos of prescriptions.",
        script="""
        theo +1h: 8,000 photos, three fields. Needs to be right every time, no compromise.
        nadia +2h: Hi Theo. When you say every time: does a pharmacist look at the result before anybody acts on it?
        theo +4h: No, it goes into the system directly.
        nadia +1h: Then I have to be frank: we do not take work where our answer becomes somebody's medicine without \
a professional in between. With a pharmacist's check we would gladly talk.
        theo +1d: I respect that. There is no budget for the pharmacist.
        (nadia +5m): Not for us, told him so kindly. He took it well.
        * nadia +1h: close not_qualified -- We only read prescriptions when a pharmacist checks the result.
        """,
    ),
    Story(
        "Ultrasound measurements",
        "halden",
        "priya",
        AGILE,
        8.4,
        "Place callipers in fetal ultrasound pictures: head, femur, abdomen.",
        script="""
        priya +3h: Three measurements per picture, about 6,000 pictures a month.
        jonas +2h: Are there pictures that two of your doctors have measured? Their difference tells us what is possible.
        priya +1d: 300 of them, good idea.
        * jonas +2d: advance gathering
        * jonas +1h: lead samuel
        * samuel +1h: terms hours_per_month=210 billing_method=monthly
        * samuel +5d: advance proposal
        * samuel +6d: advance review
        * samuel +1m: terms monthly_fees=3150 premium_hours=30 specialists_low=2 specialists_high=3
        samuel +2h: The terms are with you. Our side has read them already.
        * samuel +5m: go-ahead team
        priya +4d: Our legal department meets every second Wednesday. I am sorry, this is how it is.
        samuel +1h: We keep the two specialists free until the end of the month.
        * ingrid +3d: advance squad -- Dr. Raman confirmed by phone that the terms are accepted; the paper follows
        * samuel +1h: lead faith
        faith +1d: Good morning Dr. Raman, training begins with your 300 double-measured pictures.
        """,
    ),
    Story(
        "Clinic call recordings",
        "halden",
        "theo",
        LEAN,
        61,
        "Transcribe and tag calls to the appointment line.",
        script="""
        theo +1h: 10,000 calls a month, three minutes each. Portuguese, English, Spanish.
        peter +5h: Hi Theo, we would like to hear twenty of them first.
        theo +9d: Still waiting for consent from the callers, sorry.
        peter +12d: Hi Theo, any news about the recordings?
        jonas +20d: Hi Theo, Jonas here, I took over from Peter. Shall I keep this open?
        * jonas +14d: close abandoned -- We have not heard from you for six weeks. Write to us and we open it again.
        """,
    ),
    Story(
        "Insurance cards",
        "halden",
        "carla",
        BATCH,
        0.5,
        "Read number, plan and validity from photos of insurance cards, front and back. 30,000 cards.",
        entry=EntryPoint.USE_CASE_PAGE,
        script="""
        * carla: terms total_units=30000 seconds_per_unit=20
        carla +10m: Oi again! A smaller one: insurance cards, both sides. Can the same team as for the forms do it?
        jonas +1h: Olá Carla! I have asked Miguel; I think he will fight for it.
        * carla +2h: add theo
        theo +3h: From my side: cards show names and numbers, so the same rules as for the letters please.
        jonas +30m: Same rules, noted.
        * jonas +1d: advance gathering
        (jonas +2m): Easy follow-up. Elena could reuse the forms proposal, nearly word for word.
        """,
    ),
    Story(
        "X-ray positioning",
        "halden",
        "daniel",
        AGILE,
        0.3,
        "Is the patient positioned correctly in chest X-rays? Rotated, tilted, cut off. About 200 hours a month.",
        entry=EntryPoint.PRICING_CALCULATOR,
        script="""
        * daniel: terms hours_per_month=200 billing_method=monthly
        daniel +20m: Hello, Daniel from imaging operations. We repeat 8 % of chest X-rays because of positioning, and \
we want to learn from them. Colleagues tell me you do the liver work for Priya?
        nadia +2h: Hello Daniel! We do, and she is a tough teacher 🙂 Before anything else: are these pictures \
de-identified like Priya's?
        daniel +4h: They will be. The same tool.
        daniel +1m: When could somebody start?
        """,
    ),
    Story(
        "Lab reports to table",
        "halden",
        "daniel",
        BATCH,
        0.08,
        "PDF lab reports of eleven laboratories into one table. 22,000 reports, each looks different.",
        wish=10,
        script="""
        * daniel: terms total_units=22000
        daniel +20m: Eleven laboratories, eleven layouts. Two of them fax.
        """,
    ),
    Story(
        "Wound photos over time",
        "halden",
        "carla",
        AGILE,
        11.5,
        "Outline wounds and measure area against a ruler in the picture, weekly photos of the same patient.",
        script="""
        carla +1h: The ruler is in the picture but rarely straight. Patients are creative.
        nadia +1h: Creative rulers, understood. May I see ten?
        * carla +1h: add priya
        priya +1d: I would like the outline to ignore healed skin, even if it is pink.
        * nadia +1d: advance gathering
        * nadia +1h: lead elena
        elena +2d: Pink but closed is outside, open is inside. Could Dr. Raman mark five for us as a reference?
        priya +3d: Done, five in the folder.
        * elena +1d: terms hours_per_month=160
        * elena +2d: advance proposal
        elena +1h: The proposal is on its way, with your five as the reference page.
        carla +2d: Our quality manager would like to know how often you check yourselves.
        elena +1h: Every tenth picture is drawn twice without the second person knowing. I will add it.
        """,
    ),
)
