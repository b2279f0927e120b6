"""Sunda Commerce: a marketplace and everything it sells."""

from demo.content.long_chat import LONG_CHAT
from demo.content.story import Story
from workstreams.choices import EntryPoint, SubscriptionType

AGILE, BATCH, LEAN = SubscriptionType.AGILE, SubscriptionType.BATCH, SubscriptionType.LEAN

STORIES = (
    Story(
        "Invoice transcription",
        "sunda",
        "lin",
        LEAN,
        0.04,
        "Supplier invoices from nine countries into our ledger format: header, lines, taxes. 60,000 a month.",
        entry=EntryPoint.PRICING_CALCULATOR,
        script=LONG_CHAT,
    ),
    Story(
        "Product photos, background check",
        "sunda",
        "arjun",
        LEAN,
        1.4,
        "Does the product photo follow our rules: white background, no text, one product?",
        entry=EntryPoint.PRODUCT_PAGE,
        script="""
        * arjun: terms package=gigafactory units_per_month=900000 seconds_per_unit=4
        arjun +10m: Hi team, 900,000 photos a month, yes or no, and which rule is broken. Sellers wait for the \
answer, so speed matters more than anything.
        jonas +1h: Hi Arjun! How long may a seller wait?
        arjun +15m: Today it is two days. Everything below four hours makes me a hero.
        jonas +30m: Then let us make you one. Around the clock, or in your daytime?
        arjun +10m: Sellers upload at midnight. So: around the clock.
        * jonas +1d: advance gathering
        * jonas +1h: tie
        * jonas +1h: lead samuel
        * salesforce +1h: stage Validation
        samuel +1d: Hello Arjun. 900,000 at four seconds is 1,000 hours a month, spread over the globe. The price \
per photo would be between 1.1 and 1.6 cents.
        * samuel +1m: terms unit_price_low=1.1 unit_price_high=1.6
        arjun +2h: At 1.2 we have a deal.
        samuel +1h: At 1.2 I need the rules on one page. How many are there now?
        arjun +5m: 31.
        samuel +20m: A person can keep about seven in the head and stay at four seconds. Which seven cause most \
rejections?
        arjun +1d: You were right, seven rules make 94 % of the rejections. I feel a little silly.
        samuel +30m: Do not. Nobody ever counts before somebody asks.
        * samuel +1m: terms unit_price=1.2
        * samuel +3d: advance proposal
        * salesforce +1h: stage Proposal
        * samuel +3d: advance review
        * salesforce +2h: stage Contracting
        * arjun +2d: go-ahead client
        * samuel +1h: go-ahead team
        * samuel +2h: advance prototype
        * salesforce +1h: stage Booked
        * samuel +1h: lead miguel
        miguel +1d: Hola Arjun! The prototype takes 3.6 seconds a photo. What slows us is the full-size download; \
could you give us 600 pixel versions?
        arjun +3h: There is a small version of each one, same address with ?w=600.
        miguel +1d: 2.9 seconds. Sellers in your test group waited 51 minutes on average.
        arjun +10m: 51 MINUTES. I am printing this message.
        * miguel +6d: advance production
        * miguel: starting 0
        * arjun +2d: add siti
        siti +1d: Hello, I look after the sellers. One asked why his photo of a white vase on white was refused 😊
        miguel +40m: Fair! White on white needs an edge to count. We have turned it into a "please add a shadow" answer.
        siti +20m: Much kinder. Thank you!
        """,
    ),
    Story(
        "Fashion attributes",
        "sunda",
        "grace",
        AGILE,
        0.8,
        "Neckline, sleeve, length, pattern, occasion for 15,000 fashion items a month; our taxonomy changes each season.",
        entry=EntryPoint.HOMEPAGE,
        script="""
        grace +30m: Hi! Our taxonomy has 214 attributes and changes twice a year. The last vendor gave up at "boho".
        nadia +1h: Hi Grace! What is boho, in one sentence?
        grace +5m: You know it when you see it 😅 And that is the problem.
        nadia +10m: Then the first thing we make together is a page of pictures: boho, not boho.
        * nadia +1d: advance gathering
        * nadia +2h: lead elena
        elena +1d: Hello Grace. How many of the 214 do your filters in the shop really use?
        grace +1d: I asked. 58.
        elena +40m: Then let us price the 58, and the rest when somebody misses them.
        * elena +1m: terms hours_per_month=520 billing_method=yearly premium_hours=50
        grace +2h: My boss asked whether I hired a consultant 😄
        * elena +5d: advance proposal
        grace +3d: The proposal reads well. Could the yearly discount apply from the first month?
        elena +2h: Yes, it does when billed yearly, from the first month on.
        * elena +3d: advance review
        * elena +2m: terms monthly_fees=6760 specialists_low=4 specialists_high=7
        grace +4d: With legal now. Also: spring taxonomy arrives in two weeks, 11 new attributes. Is that a problem?
        elena +30m: That is what AGILE is for: same hours, new page of pictures.
        (elena +2m): Wants to start before the season, so by the 10th. Tell Faith early.
        """,
    ),
    Story(
        "Seller identity documents",
        "sunda",
        "siti",
        AGILE,
        2.0,
        "Check that the document is readable, valid and belongs to the seller. 11 document types, 6 countries.",
        script="""
        siti +1h: Sellers send an identity card or passport. We check by hand and it takes a week.
        jonas +2h: Hello Siti. This is sensitive: we would do it at our centres only. Is that fine with your rules?
        siti +2h: It must be so. Also no copy may be stored outside our system.
        * jonas +1d: advance gathering
        * jonas +1h: tie
        * jonas +1h: lead samuel
        samuel +2d: Working inside your system suits us: we need accounts for six people, with two-factor sign-in.
        siti +1d: Our security team can do that in about ten days.
        * samuel +1h: terms hours_per_month=480 billing_method=monthly
        * samuel +4d: advance proposal
        * salesforce +1h: stage Proposal
        * samuel +5d: advance review
        * samuel +1m: terms monthly_fees=7440 specialists_low=6 specialists_high=6
        * siti +4d: go-ahead client
        * samuel +1h: go-ahead team
        * samuel +1d: advance squad
        * salesforce +3h: stage Booked
        * samuel +1h: lead prakash
        prakash +3d: Six colleagues have signed the confidentiality agreement. Are the accounts ready, Siti?
        siti +1d: Four of six. The other two are stuck with "pending", I am chasing them.
        siti +2d: All six now!
        prakash +1h: Confirmed, all six can sign in. Training starts tomorrow with the blurred examples.
        * prakash +8d: advance production
        * prakash: starting 0
        * prakash +1m: add kevin
        prakash +1d: 312 documents on the first day. Longest wait of a seller: 3 hours 10.
        siti +40m: From a week to three hours. The sellers write me hearts.
        siti +14d: A new country from Monday: Vietnamese identity cards, the new chip version. Instructions attached \
to my mail.
        prakash +2h: Received. Two people are trained until Monday, the rest by Wednesday.
        """,
    ),
    Story(
        "Search relevance judgements",
        "sunda",
        "arjun",
        BATCH,
        4.4,
        "Is this product a good answer to this search? 120,000 pairs in English, Bahasa and Tamil.",
        entry=EntryPoint.USE_CASE_PAGE,
        script="""
        * arjun: terms total_units=120000 seconds_per_unit=11
        arjun +20m: Me again 😄 Now search: 120,000 pairs of query and product, four grades.
        jonas +1h: Welcome back, hero of the four hours! Who judges Tamil on your side today?
        arjun +10m: My mother.
        jonas +5m: Then quality is settled. We have nine people for Tamil.
        * jonas +1d: advance gathering
        * jonas +1h: tie
        * jonas +1h: lead samuel
        * salesforce +2h: stage Analysis
        * samuel +2d: terms estimated_price_low=10200 estimated_price_high=13000
        * samuel +2d: advance proposal
        * salesforce +2h: stage Proposal
        samuel +3h: Proposal is out. To keep grades steady, every judge sees 40 fixed pairs a day that we know.
        arjun +1d: Like it. What happens if a judge fails the 40?
        samuel +30m: They pause, somebody talks it through with them, and their last day is judged again.
        * samuel +3d: advance review
        * salesforce +3h: stage Contracting
        arjun +4d: The contract is with our CFO. She wants distributed workers if that is cheaper.
        samuel +1h: It is, by about 9 %, and for grades by many different people it is even better.
        * samuel +2m: delivery distributed
        """,
    ),
    Story(
        "Receipts for cashback",
        "sunda",
        "grace",
        LEAN,
        1.6,
        "Shop, date, total and items from photos of receipts, crumpled ones included.",
        entry=EntryPoint.PRICING_CALCULATOR,
        script="""
        * grace: terms package=megafactory units_per_month=140000
        grace +1h: Customers send photos of receipts to get cashback. Some were in a washing machine.
        jonas +2h: We have read worse 🙂 Do you need every item, or only those of your partners?
        grace +1h: Only partners' items, plus the total.
        * jonas +1d: advance gathering
        * jonas +1h: tie
        * salesforce +4h: stage Validation
        * jonas +1d: lead elena
        elena +1d: Hello Grace, could you share how many receipts hold at least one partner item?
        grace +3d: About 40 %.
        elena +2h: Then the first question is "any partner item?", and six of ten receipts are done in three seconds.
        * elena +1h: terms seconds_per_unit=14 unit_price_low=2.4 unit_price_high=3.3
        * salesforce +2d: stage Discovery
        grace +1d: Who will be our contact later on? My colleague Lin has Miguel and is very happy.
        elena +1h: I cannot promise Miguel himself, but somebody he trained.
        """,
    ),
    Story(
        "Review moderation",
        "sunda",
        "siti",
        AGILE,
        7.2,
        "Read product reviews that the filter holds back and decide: publish, edit out personal data, refuse.",
        script="""
        siti +2h: The filter holds back 700 reviews a day. Half are harmless, people are just emotional about rice cookers.
        nadia +1h: Rice cookers are serious. Which languages?
        siti +30m: Bahasa, English, Malay, a little Mandarin.
        * nadia +1d: advance gathering
        * nadia +1h: lead elena
        elena +2d: Hello Siti. For reviews that hurt, we rotate people every two hours and offer them a talk. It is \
in our price, I only want you to know.
        siti +3h: I did not know that one has to think of this. Thank you for telling me.
        * elena +1h: terms hours_per_month=300
        * elena +5d: advance proposal
        * lin +1d: join
        lin +1m: Siti is away this week, I answer for her. The proposal looks right to me.
        elena +40m: Thank you Lin. Then I wait for Siti before we go on, so that she can read it in peace.
        """,
    ),
    Story(
        "Address cleaning",
        "sunda",
        "lin",
        BATCH,
        71,
        "Bring 75,000 delivery addresses into one format and mark those that cannot exist.",
        script="""
        * lin: terms total_units=75000 seconds_per_unit=15
        lin +1h: 75,000 addresses, typed by customers in a hurry.
        nadia +2h: Hi Lin! Is there a list of real streets to compare with?
        lin +1h: For Singapore yes, for Java partly.
        * nadia +1d: advance gathering
        * nadia +1h: tie
        * nadia +1h: lead samuel
        * samuel +2d: terms estimated_price_low=4800 estimated_price_high=6200
        * samuel +2d: advance proposal
        * salesforce +1h: stage Proposal
        lin +6d: A geocoding company offers the same for a third of the price, by machine. I have to compare.
        samuel +3h: Please do, with addresses from Java. If the machine is good enough, take it; I mean that.
        lin +8d: It is not perfect but good enough for now. Thank you for being so straight. Next time I ask you first.
        * samuel +1h: close lost -- A machine does it well enough at a third of the price.
        * salesforce +2d: stage Closed Lost
        """,
    ),
    Story(
        "Chatbot answers, rating",
        "sunda",
        "arjun",
        AGILE,
        0.35,
        "Rate answers of our shopping assistant: helpful, polite, true? 250 hours a month to begin with.",
        entry=EntryPoint.PRICING_CALCULATOR,
        script="""
        * arjun: terms hours_per_month=250 billing_method=monthly
        arjun +15m: Our assistant recommended a snow shovel to a customer in Jakarta. We need humans.
        jonas +50m: In fairness, nobody there has one yet. How many answers a day shall we look at?
        arjun +10m: 2,000, picked at random. Three questions each.
        jonas +20m: That is about 250 hours, as you guessed. I will request a slot with our architect this week.
        * jonas +1d: advance gathering
        * jonas +4h: tie
        (jonas +2m): Fourth WorkStream of Arjun. Ask for a reference call for the website?
        arjun +2d: "True" is harder than I thought. Can your people look things up in our catalogue?
        """,
    ),
    Story(
        "Counterfeit watch listings",
        "sunda",
        "grace",
        BATCH,
        14.3,
        "Decide for 6,000 watch listings whether they are likely counterfeits, with reasons.",
        script="""
        grace +1h: 6,000 watches. Some cost 19 dollars and say Geneva.
        nadia +1h: A difficult one to say no to, at 19 dollars. Do you have examples that a brand has confirmed?
        grace +2h: 140 confirmed ones, yes.
        * nadia +1d: advance gathering
        * nadia +2h: tie
        * nadia +1d: lead chloe
        chloe +1d: Hello Grace, I am Chloé. I went through the 140: price, spelling of the brand and the second hand \
give nearly all of them away.
        grace +1h: The second hand?
        chloe +10m: It ticks. The real ones glide. In the videos you can see it.
        grace +5m: I will never look at a watch the same way.
        * chloe +1h: terms total_units=6000 seconds_per_unit=45
        """,
    ),
    Story(
        "Voice search samples",
        "sunda",
        "grace",
        LEAN,
        2.9,
        "Transcribe short voice searches in Singlish, Bahasa and Tamil.",
        script="""
        grace +1h: "Uncle got durian or not" must become a search for durian, and stay as it was said.
        jonas +2h: Two lines per clip then: as spoken, as meant. Lovely.
        * jonas +1d: advance gathering
        * jonas +1h: lead samuel
        * samuel +3d: terms package=kilofactory units_per_month=18000 seconds_per_unit=25 unit_price_low=6 unit_price_high=8.5
        * samuel +3d: advance proposal
        * samuel +4d: advance review
        grace +5d: Our privacy officer says customers must agree again before people may listen. That takes until autumn.
        samuel +2h: She is right, and it is worth the wait. I suggest to close this and open it again in autumn.
        * samuel +1d: close ended_by_client -- Waiting for the customers' consent; we open it again in autumn.
        grace +20d: Consent came earlier than we thought 🎉 Customers like the feature. Can we go on?
        * samuel +3h: reopen
        samuel +5m: With pleasure. It stands where we left it: the agreement is ready to be read.
        """,
    ),
    Story(
        "Warehouse damage photos",
        "sunda",
        "",
        BATCH,
        4.1,
        "Asked for at the trade fair: is the parcel damaged, where, since when? About 25,000 photos. No contact yet, "
        "only a visiting card.",
        starter="jonas",
        entry=EntryPoint.STAFF,
        wish=None,
        self_selected=False,
        script="""
        (jonas +5m): From the fair in Singapore. The card says "Head of Fulfilment", I am trying to reach him.
        """,
    ),
    Story(
        "Recipe ingredients to products",
        "sunda",
        "siti",
        AGILE,
        0.02,
        "Match ingredients of recipes with products in our shop, so that a recipe becomes a shopping basket.",
        entry=EntryPoint.HOMEPAGE,
        wish=12,
        script="""
        siti +9m: Hello again from Siti 😊 "A handful of coriander" must become a product. Can people do that, or do \
I need a philosopher?
        """,
    ),
    Story(
        "Catalogue translations, checking",
        "sunda",
        "lin",
        AGILE,
        1.9,
        "Check machine translations of product titles: English to Bahasa, Thai and Vietnamese.",
        entry=EntryPoint.PRODUCT_PAGE,
        script="""
        lin +1h: We translate by machine and customers laugh. Titles only, three languages, perhaps 150 hours a month.
        lin +3h: An example: "nude lipstick" became "lipstick without clothes".
        """,
    ),
    Story(
        "Furniture sizes from photos and text",
        "sunda",
        "arjun",
        LEAN,
        0.45,
        "Width, height and depth of furniture from listing text, drawings and photos.",
        script="""
        arjun +1h: Sofas that do not fit through doors. That is the problem.
        nadia +2h: A classic. What do you do when text and drawing disagree?
        arjun +1h: Cry. Then call the seller.
        * nadia +1d: advance gathering
        * nadia +1h: lead elena
        * elena +2d: terms package=kilofactory units_per_month=9000 seconds_per_unit=50 unit_price_low=12 unit_price_high=16.5
        * elena +3d: advance proposal
        * elena +3d: advance review
        * arjun +2d: go-ahead client
        * elena +1h: go-ahead team
        * elena +1d: advance prototype
        * elena +1h: lead miguel
        miguel +2d: The prototype did 600 sofas. When text and drawing disagree, the drawing is right 8 times in 10.
        arjun +1h: Good to know! Then the drawing wins and you mark it.
        arjun +5d: The pilot price turns out too high for the cheap items. Could we look at the scope again, only above \
200 dollars?
        miguel +3h: Of course. That changes volume and price, so I give it back to Elena for the proposal.
        * miguel +5m: back proposal -- Scope changes to items above 200 dollars, so volume and price do as well
        * miguel +2m: lead elena
        elena +1d: Above 200 dollars it is about 2,600 items a month. New numbers tomorrow.
        """,
    ),
)
