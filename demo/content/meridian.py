"""Meridian Mobility: maps, cars and everything beside the road."""

from demo.content.story import Story
from workstreams.choices import EntryPoint, SubscriptionType

AGILE, BATCH, LEAN = SubscriptionType.AGILE, SubscriptionType.BATCH, SubscriptionType.LEAN

STORIES = (
    Story(
        "Street signs, northern cities",
        "meridian",
        "maria",
        AGILE,
        0.12,
        "Boxes and classes for street signs in photos from our mapping cars: 62 sign classes, about 40,000 photos a "
        "month from Hamburg, Copenhagen and Malmö.",
        entry=EntryPoint.PRICING_CALCULATOR,
        wish=30,
        script="""
        * maria: terms hours_per_month=400 billing_method=yearly
        maria +12m: Hello! We run mapping cars in three cities and need boxes around every street sign, with the class \
from our catalogue. At the moment two students do it on weekends and we are drowning.
        maria: Around 40,000 photos a month. I can send a sample today.
        nadia +2h: Hi Maria, welcome! Two students for 40,000 photos, that is brave. A sample would be perfect: 200 \
photos or so, as mixed as possible, night and rain included.
        nadia: Two quick questions. Does one photo usually hold several signs? And how do you check quality now?
        (nadia +3m): Came through the calculator with 400 hours. Sounds real, budget is there. I will take the call.
        * nadia +1m: ask sample_data -60 -- 200 photos or so, night and rain included; a table of them will do for now
        * maria +20m: file signs-sample.csv sample_data -- The first sixty, with where they were taken
        * maria +2m: file junction-at-dusk.jpg sample_data -- One of the hard ones
        maria +13m: Four signs on average, sometimes fifteen at junctions. Here is one of those.
        * maria: carry junction-at-dusk.jpg
        Quality: honestly, we look at it when the map team complains.
        nadia +20m: Clear. I will bring in Elena, our architect, she has built this before. We can usually show a \
first plan within a week.
        * nadia +1d: advance gathering
        * nadia: tie
        * salesforce +1h: stage Validation
        * nadia +40m: lead elena
        elena +1h: Good morning Maria, Elena here. I looked at the calculator result: 400 hours fits if a photo takes \
about 35 seconds. Shall we time 100 of your photos together before we lock anything?
        maria +50m: Yes please. Tobias on my side owns the catalogue, I am adding him.
        * maria +2m: add tobias
        tobias +1h: Hi both. The catalogue has 62 classes, but 9 of them make up 80 % of the signs. The long tail is \
where it hurts: temporary signs, stickers over signs, signs seen from behind.
        * tobias +5m: file sign-catalogue.txt business_rules -- Short form of the catalogue
        elena +20m: The back of a sign is my favourite. Do you want those boxed as "sign, back" or left alone?
        tobias +9m: Boxed please, with the class unknown. We use them to match the other direction.
        (elena +30m): Timed it with Faith: 38 seconds with the long tail, 31 without. I would propose 420 hours with \
10 % of them premium for the junction photos.
        * salesforce +1d: stage Analysis
        elena +1d: Timing is done: 38 seconds a photo. I suggest 420 hours, of which 40 premium hours for junctions, \
done by the people with the most experience.
        * elena +5m: terms hours_per_month=420 premium_hours=40 monthly_fees=5880 specialists_low=4 specialists_high=6
        maria +2h: That is close to what I told our finance people. Good.
        * elena +2d: advance proposal
        * salesforce +2h: stage Proposal
        * elena +4d: file proposal-street-signs.pdf quote
        elena +3m: The proposal is with the attachments, Maria. Page 3 has the quality plan: each sign is looked at by two \
people, and where they disagree a third decides.
        maria +1d: Read it with Tobias. One question from him: how fast do you notice when a new sign appears, say a \
new scooter parking sign?
        elena +40m: Same day. The squad flags anything that has no class, and you answer in this chat.
        * elena +1d: advance review
        * salesforce +3h: stage Contracting
        maria +5d: Legal is happy apart from the notice period. Could it be two months instead of three?
        elena +3h: Two months is fine. I have corrected it.
        * maria +1d: file service-agreement-street-signs-northern-cities-notice-period-two-months-signed.pdf contract \
-- Signed by us
        * maria: go-ahead client
        * elena +2h: go-ahead team
        * elena +1h: advance squad
        * salesforce +1h: stage Booked
        * elena +1d: lead faith
        faith +2h: Hello Maria and Tobias, I am Faith and I lead your DataSquad. Five people begin training on \
Monday with your 200 samples.
        tobias +1h: Great. Please let them be picky about stickers over signs.
        faith +4d: First results of the training: 96.4 % agreement with your own boxes. The misses are nearly all \
"sign, back" against "no sign" beyond 40 metres.
        tobias +2h: Beyond 40 metres we do not care, please ignore anything smaller than 14 pixels.
        faith +15m: That rule alone takes us to 98.9 %. Added to the instructions.
        * faith +5d: advance production
        * faith +10m: starting 0
        * faith +1m: add sunita
        * faith +1m: add kevin
        faith +20m: We are live. The first 3,000 photos of tomorrow's batch come back by 17:00 your time.
        maria +40m: Wonderful. The students send their thanks as well.
        * maria +12d: add yasmin
        maria +5m: I added Yasmin, she starts the same thing for Cairo and wants to see how it works.
        yasmin +3h: مرحباً بالجميع! شكراً على الإضافة 🙏
        سأرسل لكم 500 صورة من القاهرة هذا الأسبوع: لافتات عربية وإنجليزية معاً 🚦🐪
        faith +1h: Ahlan Yasmin, and welcome! Signs in two scripts are new for the squad, so please send the \
strangest ones first 🙂
        yasmin +30m: الأغرب أولاً؟ لدينا الكثير 😄 The file names are like "شارع_التحرير_0042.jpg", is that a problem?
        faith +12m: No problem at all, the names stay as they are.
        * yasmin +20m: file شارع_التحرير_0042.jpg sample_data
        tobias +9d: Question about class 31 (no stopping) and 32 (no parking): last week I saw 14 mixed up in the \
Malmö set.
        faith +1h: Thank you, found them: all in evening light, where the second bar fades. We re-checked the whole \
day, 22 corrected, and added an evening page to the instructions.
        * faith +10m: ask business_rules 4 -- The evening rule for classes 31 and 32, in your own words
        * tobias +20m: file evening-rule-draft.txt other -- A first try
        tobias +5m: That is exactly how I hoped this would work.
        * maria +5m: invite karin.holm@meridian-mobility.example
        (faith +5m): Pattern for the handbook: evening light, bars of 31 and 32. Sunita found it.
        """,
    ),
    Story(
        "Lidar pedestrians, phase 2",
        "meridian",
        "tobias",
        AGILE,
        1.1,
        "Cuboids for pedestrians and cyclists in lidar sweeps, with tracks over 20 seconds. Phase 1 was done in house.",
        entry=EntryPoint.PRODUCT_PAGE,
        script="""
        tobias +30m: Phase 1 we did ourselves with an open tool and it nearly broke us. For phase 2 we want people \
who do nothing else. 1,200 scenes of 20 seconds.
        jonas +4h: Hi Tobias, good to hear from you again. Which format do the scenes come in, and are the tracks \
required to survive occlusion?
        tobias +1h: nuScenes style. Yes, a person behind a bus stays the same person.
        * jonas +1d: advance gathering
        * jonas +2h: lead samuel
        samuel +3h: Hello Tobias. Tracks through occlusion roughly double the time per scene. Could we agree on a \
limit, for example five seconds out of sight?
        tobias +1d: Four seconds. Then it is a new person.
        samuel +20m: Agreed, four. I will time ten scenes with Prakash.
        * samuel +1h: terms hours_per_month=900 premium_hours=200 billing_method=monthly
        * samuel +4d: advance proposal
        tobias +2d: Our budget round moved to next week, sorry for the silence.
        samuel +1h: No harm done. The timing holds whenever you are ready.
        * samuel +6d: advance review
        tobias +1d: Bad news: the sensor team changes the mounting, so every scene will look different from August \
on. We should talk about the effort again.
        * samuel +5h: back proposal -- New sensor mounting, the effort has to be measured again
        samuel +10m: Better now than in production. I took the WorkStream one step back and we time again as soon as \
you have three scenes with the new mounting.
        (samuel +3m): Careful with the price here: density goes from 64 to 128 beams, could be faster or slower.
        * samuel +2m: ask sample_data -2 -- Three scenes with the new mounting
        * samuel +1m: ask api_integration 6
        tobias +9d: Three scenes are on the way to you. Much denser!
        samuel +3d: Timed: 11 % faster, because you can see feet. So the offer gets cheaper.
        * samuel +5m: terms hours_per_month=800 monthly_fees=11900 specialists_low=6 specialists_high=9
        tobias +2h: That does not happen to me often 😀
        * samuel +2d: advance review
        * tobias +4d: go-ahead client
        tobias +1m: From our side: go.
        """,
    ),
    Story(
        "Traffic lights at night",
        "meridian",
        "maria",
        BATCH,
        2.3,
        "One job: 180,000 crops of traffic lights at night, state and direction of each lamp.",
        entry=EntryPoint.USE_CASE_PAGE,
        script="""
        * maria: terms total_units=180000 seconds_per_unit=6
        maria +20m: A one-off this time: 180,000 small pictures, each one traffic light at night. We need red, \
amber, green or off, and whether it is an arrow.
        nadia +1h: Nice and clear. Are the crops already cut, or should we cut them from whole photos?
        maria +15m: Already cut, 128 pixels wide.
        * nadia +20h: advance gathering
        * nadia +1h: tie
        * nadia +1m: lead elena
        elena +2h: With crops this small it is a tap of the thumb: I estimate 5 to 6 seconds each. That would be \
between 7,900 and 9,400 dollars for the whole job.
        * elena +2m: terms estimated_price_low=7900 estimated_price_high=9400
        maria +3h: Within what I have. What would push it to the upper end?
        elena +30m: Pictures where a person has to think: wet streets with reflections. If they are below 10 % we \
stay at the lower end.
        * elena +3d: advance proposal
        * salesforce +1h: stage Proposal
        * elena +3d: terms project_price=8400
        elena +2m: Final price: 8,400 dollars, whatever the weather.
        * elena +1d: advance review
        * maria +3d: go-ahead client
        * elena +1h: go-ahead team
        * elena +1h: advance prototype
        * salesforce +2h: stage Booked
        * elena +2h: lead prakash
        prakash +1d: Hi Maria. First microtask of 500 crops is done: 97.8 % where three people agreed at once. \
Amber against red on wet streets is the rest.
        maria +2h: Could you send me those? I would like to see them with our people.
        prakash +20m: 11 crops, numbered list sent. Number 7 is beautiful and completely unreadable.
        maria +4h: We would also not know number 7. Please add "cannot say" as an answer, that is honest data for us.
        prakash +10m: Done, and the instructions say when to use it.
        * prakash +5d: advance production
        * prakash: starting 0
        prakash +6d: 60,000 of 180,000 are done, 1.2 % "cannot say".
        maria +1h: On track then. Thank you!
        """,
    ),
    Story(
        "Kerb height from photos",
        "meridian",
        "anneke",
        AGILE,
        0.9,
        "Can people judge kerb height classes (flush, low, high) from our side cameras well enough for wheelchair "
        "routing? We would like to try with a small team.",
        entry=EntryPoint.HOMEPAGE,
        wish=40,
        script="""
        anneke +1h: Hello, I am not sure this is even possible. For wheelchair routing we need to know how high the \
kerb is at each crossing. We have photos, no measurements.
        jonas +1h: Hi Anneke, that is a lovely use. What would you do with an answer that is right 9 times in 10?
        anneke +30m: 9 in 10 would be far better than what anybody has today. But a kerb that we call flush and is \
not is bad. The other way round does not matter.
        jonas +20m: That asymmetry helps a lot. It means we ask people to say flush only when they are certain.
        (jonas +2m): Public money behind it, she mentioned a city grant on the phone. Small now, but it could become \
every city they map.
        * jonas +1d: advance gathering
        * jonas +3h: tie
        * salesforce +2h: stage Validation
        * jonas +1d: lead elena
        elena +2h: Hi Anneke, could you send 100 crossings where somebody has measured the kerb with a ruler? Then \
we know within two days what people can see.
        anneke +3d: I went out with a ruler on Saturday. 64 crossings, two dogs, one offer to help. Sending now.
        elena +4h: You are my hero of the week. 64 is enough.
        * elena +1h: terms hours_per_month=120
        elena +2d: Result: "high" is certain, 97 %. "Flush" was said 21 times and was right 20 times. "Low" is \
guesswork. So: two classes, and one wrong flush, which was under leaves.
        anneke +3h: Leaves we can handle, we photograph in spring. This is much better than I hoped.
        * salesforce +2h: stage Analysis
        elena +1d: Then I would write the proposal with two classes and a spring rule. Which budget year would this \
fall in?
        anneke +6h: This one, if we are quick.
        """,
    ),
    Story(
        "Dashcam near-misses",
        "meridian",
        "tobias",
        LEAN,
        0.4,
        "Clips of 12 seconds in which a sensor saw hard braking: what happened, who was involved, could it be used "
        "for training?",
        entry=EntryPoint.PRICING_CALCULATOR,
        script="""
        * tobias: terms package=megafactory units_per_month=25000 seconds_per_unit=40
        tobias +10m: The calculator said Megafactory. 25,000 clips a month, 12 seconds each, a handful of questions \
per clip.
        nadia +5h: Hello Tobias! Could the people in the clips be recognised? If so we keep them on locked screens.
        tobias +1h: Faces and plates are blurred before they leave our servers.
        * nadia +1d: advance gathering
        * nadia +2h: lead samuel
        samuel +1d: Then distributed workers are fine. I estimate 14 to 19 cents a clip, depending on how many \
questions survive.
        * samuel +1m: terms unit_price_low=14 unit_price_high=19
        tobias +2h: Which question costs most?
        samuel +1h: "Could it have been avoided?" People think about it for ten seconds, and they disagree.
        tobias +10m: Then it goes. We wanted it for a conference slide.
        * samuel +4d: advance proposal
        * samuel +5d: advance review
        * samuel +1m: terms unit_price=13.5 unit_price_reason="One question less than estimated"
        samuel +2m: Without the conference slide it is 13.5 cents, below the range I had named.
        tobias +1d: 👍
        * tobias +2d: go-ahead client
        * samuel +2h: go-ahead team
        * samuel +3h: advance prototype
        * samuel +1h: lead miguel
        miguel +2d: Hi Tobias, the prototype has answered 800 clips. The question about who braked first is the \
hard one, so we now show the last three seconds twice, slowly.
        tobias +4h: Clever. How does it look?
        miguel +1h: From 88 to 95 % agreement.
        """,
    ),
    Story(
        "Arabic shop fronts, Cairo",
        "meridian",
        "yasmin",
        AGILE,
        0.25,
        "نسخ أسماء المحلات من صور الشوارع في القاهرة. Transcribing shop names, Arabic and Latin, as they are written.",
        entry=EntryPoint.INVITATION,
        script="""
        yasmin +20m: السلام عليكم، نريد نسخ أسماء المحلات كما هي مكتوبة، بالعربية واللاتينية معاً. حوالي 9000 صورة 📸
        nadia +1h: وعليكم السلام ياسمين! يسعدنا ذلك. I will go on in English so that everybody in the team can \
follow; please write in whichever language is easier.
        nadia: Do you need the vowel marks (تشكيل) where they are painted, or the letters only?
        yasmin +25m: Letters only ✅ وأحياناً يكون الاسم نصفه عربي ونصفه إنجليزي، مثل "كافيه Sunrise ☕️"
        nadia +15m: Mixed names stay mixed, in the order they are read on the wall. Understood.
        yasmin +5m: تمام 👌🏽👌🏽
        * nadia +1d: advance gathering
        * nadia +1h: lead elena
        elena +1d: Hello Yasmin. Bikash found four colleagues who read Arabic natively. Could you send us 50 photos \
that you yourself find hard?
        yasmin +3h: 50 صورة صعبة = سهل جداً 😂 سأرسلها الليلة
        yasmin +7h: Sent! Number 17 is my grandfather's shop, please spell it correctly 👴🏽❤️ "بقالة الأمانة"
        elena +1d: Number 17 was correct at the first try 🎉 So were 47 of the others.
        """,
    ),
    Story(
        "Lane markings after repainting",
        "meridian",
        "maria",
        BATCH,
        0.6,
        "Compare old and new photos of 9,500 road sections: is the lane marking new, worn or gone?",
        script="""
        maria +2h: Each item is a pair of photos, a year apart. Three answers. I hope that is as easy as it sounds.
        jonas +3h: It sounds easy, which always makes me suspicious 🙂 Are both photos from the same lane?
        maria +1h: Mostly. When not, we would like to know.
        * maria +5m: file road-sections.csv sample_data -- The first 120 pairs
        * jonas +1d: advance gathering
        * jonas +2h: tie
        * salesforce +1h: stage Analysis
        * jonas +1h: lead samuel
        * samuel +1h: ask business_rules 3 -- When is a marking worn rather than new? Two or three examples of each
        * samuel +2d: terms total_units=9500 seconds_per_unit=22 estimated_price_low=1500 estimated_price_high=2100
        * samuel +1d: advance proposal
        * salesforce +1d: stage Proposal
        samuel +2h: The proposal is ready, with "not the same lane" as a fourth answer.
        * samuel +6d: advance review
        * salesforce +3h: stage Contracting
        * maria +2d: invite legal@meridian-mobility.example
        maria +5m: Signing happens on Thursday, my boss is back then.
        * salesforce +6d: stage Booked
        (samuel +2h): Salesforce says Booked, but nobody has decided between the squad and microtasking yet. My vote \
is microtasking; asking Prakash.
        """,
    ),
    Story(
        "Parking signs with times",
        "meridian",
        "anneke",
        LEAN,
        3.2,
        "Read the times and exceptions on parking signs and write them down as rules.",
        script="""
        anneke +1h: A parking sign can have five lines of exceptions. We need them as structured rules, not as text.
        jonas +2h: Do you have a grammar for the rules, or shall we suggest one?
        anneke +40m: We have one and nobody understands it. Please suggest.
        * jonas +1d: advance gathering
        * jonas +1h: lead elena
        * elena +3d: terms package=kilofactory units_per_month=4000 seconds_per_unit=75
        elena +2m: Here is one: days, hours, who, how long, fee. Everything else is a remark. With that, 96 of your \
100 samples fit.
        anneke +3h: And the four that do not?
        elena +1h: One is about horses.
        anneke +5m: Ah, the market square.
        * elena +4d: advance proposal
        elena +1h: The proposal will be with you on Monday. Horses are a remark.
        """,
    ),
    Story(
        "Construction zones",
        "meridian",
        "tobias",
        AGILE,
        26,
        "Detect and outline construction zones in dashcam video: cones, fences, diverted lanes.",
        script="""
        tobias +1h: We lose positioning in construction zones, so the car must know when it is in one.
        nadia +2h: Do you need the outline of the zone, or only "in it" and "not in it"?
        tobias +1h: Start and end time in the video would do for now.
        * nadia +1d: advance gathering
        * nadia +1h: tie
        * nadia +1h: lead samuel
        * samuel +5d: advance proposal
        * salesforce +2h: stage Proposal
        * samuel +1h: terms hours_per_month=260 billing_method=monthly monthly_fees=3900
        tobias +3d: The offer is fair. Our roadmap is not: positioning got 40 % of its people taken away this morning.
        samuel +2h: I am sorry to hear that. Would it help to keep the offer open until next quarter?
        tobias +1d: Honestly, let us close it. I will come back when there is a team to come back with.
        * samuel +1h: close ended_by_client -- The positioning team was reduced. Tobias will be in touch when it is back.
        * salesforce +3d: stage Closed Lost
        """,
    ),
    Story(
        "House numbers, trial",
        "meridian",
        "maria",
        BATCH,
        97,
        "Read house numbers from 20,000 facade photos. A trial before the yearly contract.",
        entry=EntryPoint.USE_CASE_PAGE,
        script="""
        * maria: terms total_units=20000 seconds_per_unit=9
        maria +1h: A trial with 20,000 facades. If it goes well there will be more.
        peter +3h: Hello Maria! Numbers only, or letters as well, like 12b?
        maria +1h: Letters as well, and "none visible" please.
        * peter +1d: advance gathering
        * peter +1h: lead elena
        * elena +1d: terms estimated_price_low=1300 estimated_price_high=1700
        * elena +2d: advance proposal
        * elena +3d: advance review
        * elena +1m: terms project_price=1450
        * elena +2d: go-ahead client -- By phone, Maria Okafor
        * elena +1m: go-ahead team
        * elena +1h: advance prototype
        * elena +1h: lead prakash
        prakash +2d: The first thousand are done. 3 % show no number at all, ivy mostly.
        * prakash +3d: advance production
        * prakash: starting 0
        prakash +9d: All 20,000 are delivered, 99.1 % agreement in the final check.
        maria +5h: Checked on our side as well. Very good work, and a day early. We will be back with street signs.
        * prakash +2d: close completed -- All 20,000 facades delivered and accepted.
        """,
    ),
    Story(
        "Road surface classes",
        "meridian",
        "anneke",
        LEAN,
        2.6,
        "Asphalt, cobbles, gravel: the surface of 30,000 cycle path segments a month.",
        entry=EntryPoint.PRODUCT_PAGE,
        script="""
        * anneke: terms package=kilofactory units_per_month=30000
        anneke +30m: Cyclists complain about cobbles more than about rain. We want the surface of every cycle path.
        nadia +3h: I am a cyclist, I complain about both. How many classes are there?
        anneke +1h: Six. And two of them only my colleague can tell apart.
        nadia +30m: Then let us begin with five 🙂 May I call you tomorrow morning?
        anneke +10m: Ten o'clock is good.
        """,
    ),
    Story(
        "Toll gates",
        "meridian",
        "tobias",
        BATCH,
        48,
        "Outline lanes and barriers at 600 toll gates.",
        script="""
        tobias +1h: Is this the same as what Maria started last week? We should not pay twice.
        nadia +2h: It is the same 600 gates, Tobias. I would close this one and add you to hers.
        tobias +20m: Please do.
        * nadia +5m: close duplicate -- The same toll gates are part of the street sign work.
        """,
    ),
    Story(
        "Level crossings, barrier state",
        "meridian",
        "tobias",
        BATCH,
        1.3,
        "Barrier up, down or moving in 60,000 pictures of level crossings.",
        script="""
        * tobias: terms total_units=60000 seconds_per_unit=4
        tobias +30m: Three states, one picture each. Finally something simple.
        jonas +1h: I will quote you when the first barrier turns out to be half up 🙂
        * jonas +1d: advance gathering
        * jonas +1h: tie
        * jonas +1h: lead elena
        * elena +1d: terms estimated_price_low=2300 estimated_price_high=2800
        * elena +1d: advance proposal
        * salesforce +2h: stage Proposal
        * elena +2d: advance review
        * elena +1m: terms project_price=3100 project_price_reason="Night pictures take a second look"
        elena +2m: The final price is 3,100 dollars, above the range I named: a third of the pictures is taken at \
night and needs a second look. I would rather say so now.
        tobias +3h: Fair. It is still simple though.
        * tobias +1d: go-ahead client
        * elena +1h: go-ahead team
        * elena +1h: advance prototype
        * salesforce +3h: stage Booked
        * elena +1h: lead prakash
        prakash +1d: Hello Tobias, the prototype found 31 barriers that are half up.
        tobias +20m: Jonas may quote me now.
        """,
    ),
    Story(
        "Bicycle counting from bridges",
        "meridian",
        "yasmin",
        BATCH,
        0.7,
        "Count bicycles, scooters and pedestrians per minute in 340 hours of bridge camera video.",
        entry=EntryPoint.USE_CASE_PAGE,
        wish=14,
        script="""
        * yasmin: terms total_units=20400
        yasmin +25m: Hi! 340 hours of video from four bridges 🚲🛴🚶 We need counts per minute, per direction. Is video \
possible or should we cut it into pictures?
        yasmin +2h: I forgot: the cameras shake when a tram passes 😅
        """,
    ),
)
