"""The words of an answer itself, as patterns over plain words: lower case, no marks, no apostrophes.

What is no clear answer must match none of them: then it is asked again, and never taken for a 'no'.
"""

import re

__all__ = [
    "BARE_I_HAVE",
    "BY_MISTAKE",
    "DOUBT_AT_LAST",
    "FINE",
    "GOES_ON",
    "IS_TO_BE",
    "MEANING",
    "MEANT",
    "NO",
    "NOTHING_SAID",
    "OF_ANSWERS",
    "OF_SOMETHING",
    "PAST",
    "PLAIN_NO",
    "PLAIN_YES",
    "PRESSED",
    "SKIP",
    "UNSURE",
    "UNSURE_OF_ALL",
    "WHY",
    "YES",
    "YES_AT_LAST",
]

_WHO = r"(i|we|she|he|they|my (mum|mom|mother|dad|father|wife|husband|son|daughter|friend|partner|sister|brother))"
LEAD = (
    r"^(?:(?:oh|ok|okay|well|um+|uh+|hm+|err?|ah+|eh|haha|lol|so|hi|hello|hey|honestly|to be honest|tbh|"
    r"thankfully|luckily|sorry|"
    r"actually|wait|hang on|hold on|let me think|good question|thanks|thank you|as far as i know|to be fair|"
    r"fortunately|"
    r"unfortunately|sadly|god|gosh|oops|ugh|argh|hmm|hmmm|mmm|doc|doctor|dear|please|again|right|alas|"
    r"thank god|thank goodness|thank heavens|god forbid|surprisingly|so|but|and|then|now|"
    r"in the end|overall|all in all|myself|personally|me) )*"
)
UNSURE = re.compile(
    LEAD + r"(?:(?:im |i am |ive |i have |were |shes |hes )?(?:not (?:really |quite |very |too |100 |totally |"
    r"entirely |completely |at all )?"
    r"(?:sure|certain|clear)|unsure|uncertain|no (?:idea|clue)|idk|dunno|undecided)|"
    r"(?:i |we )?(?:honestly |really |actually |truly |just )?(?:dont|do not|cant|cannot|couldnt|"
    r"wouldnt) (?:really |actually |even |exactly )?(?:know|remember|recall|say(?: for sure)?|tell|have (?:a |"
    r"any )?(?:clue|idea))|"
    r"i dunno|maybe|perhaps|possibly|no se\b|might|could be|may be|hard to say|difficult to say|"
    r"(?:ive )?never been (?:tested|checked|told either way)|yes and no|"
    r"who knows|beats me|not confirmed|never (?:had it )?(?:checked|tested)|i (?:might|may|could)\b|probably|"
    r"i think (?:i )?(?:might|may|maybe)|hopefully not|i hope not|its possible|"
    r"havent been (?:tested|checked)|nobody (?:has )?(?:checked|tested)|depends|kind of|kinda|sort of|sorta|"
    r"a bit|50 50|fifty fifty|"
    r"(?:still )?waiting (?:for|on)|awaiting|not that im sure|cant be sure|your guess|couldnt (?:tell|say)|"
    r"could not (?:tell|say)|cant tell|one (?:doctor|doc) said yes|"
    r"(?:i )?(?:havent|have not|havnt) (?:got )?(?:a |the |any )?(?:clue|notion|idea|foggiest|"
    r"faintest|checked|decided)|"
    r"never heard of (?:it|that|this|those)|(?:my|the) \w+ (?:would|might|will) know|dont no$)\b"
)
DOUBT_AT_LAST = re.compile(
    r"\b(?:(?:dont|do not) (?:really |actually )?know|not sure|no idea|no clue)(?: (?:sorry|tbh|really|honestly|lol))*$"
)
SKIP = re.compile(
    LEAD + r"(?:skip|pass\b(?! (?:me|who knows|out|the)\b)|next(?: question| one| please)?$|next question|rather not|"
    r"id rather (?:not|skip|keep|talk|discuss|tell|show|speak|answer|wait)|i would rather not|"
    r"prefer not|id prefer not|i prefer not|none of (?:your|ur|yer)|no (?:comment|answer)\b|n (?:or )?a$|not (?:saying|"
    r"telling|answering|going to (?:say|answer|tell|share|discuss))|"
    r"(?:i )?(?:dont|do not|wont|will not|refuse to|am not going to|im not going to|cant|not gonna|"
    r"im not gonna) (?:really )?(?:want to |wish to |wanna |like to |care to |feel (?:like |comfortable )|"
    r"need to )?"
    r"(?:answer|say(?! for)|saying|tell you|share|sharing|discuss|discussing|talk about|disclose|answering|"
    r"telling|talking about|comment)|"
    r"(?:im |i am )?(?:not comfortable|uncomfortable|too (?:shy|embarrassed|private|personal)|shy|embarrassed)|"
    r"(?:thats|this is|thats a bit|its|that is)? ?(?:a bit |too |very |kind of |rather |pretty )?(?:private|"
    r"personal|confidential)\b|"
    r"(?:he|she|they) (?:doesnt|dont|wont|does not|do not) want (?:me |us )?to (?:say|answer|tell|share)|(?:he|"
    r"she|they)(?:d| would)? (?:rather|prefers?) (?:not|to keep)|mind your own|why should i (?:tell|answer)|"
    r"can (?:we|i|you) skip|lets skip|skipping|"
    r"leave (?:that|this)|i(?:ll| will) (?:only )?(?:discuss|tell|talk about|say|answer) (?:it |that |"
    r"this )?(?:only )?(?:with|to|in person|at|when|face)|keep that (?:to|for)|only (?:the|my) doctor)"
)
YES = re.compile(
    LEAD + r"(?:yes+|yeah+|yeh|yea|yep+|yup+|yah|ya+|yas+|y|ye|aye|si\b(?! no)|oui|ja|da|correct|right(?! now)|true|"
    r"sure(?! (?:i dont|not))|indeed|affirmative|absolutely|definitely|"
    r"afraid so|im afraid (?:so|i do|yes)|i (?:do|did|am|have|was)(?: (?:indeed|yes|unfortunately|sadly|"
    r"actually))?$|i sure do|i do (?:have|take|suffer|get)(?: (?:it|that|this|one|some|those|them|these))?$|"
    r"i do (?:indeed|actually|yes)\b|"
    r"i am(?! (?:a )?(?:man|male|guy|boy|lad|trans|not|fine|healthy|ok|well|good|bloke|dude|nurse|too|just|so|"
    r"very|only|really|worried|scared|happy|sorry|\d+)\b)|"
    r"i have(?= (?:it|that|this|one|some|a few|several|had it)\b)|ive (?:got|had) (?:it|that|one|some)\b|"
    r"of course(?! not)|certainly(?! not)|unfortunately(?! not)|both(?: of (?:them|these|those))?$|"
    r"all of (?:them|these)|guilty|bingo|you got it|sure do|sure am|"
    r"(?:she|he|they) (?:does|do|is|are|has|did)(?:$| (?:indeed|yes|have|take|too|unfortunately|take|have|sadly)\b)|"
    r"roger|ok yes|uh huh|mhm|mm hm|mmhm|totally|for sure|i think so|i believe so|i suppose so|ofc|ikr|tick|"
    r"positive|(?:i )?(?:got|was|have been|ive been|been|i am|im) diagnosed)\b(?! not\b)"
)
BARE_I_HAVE = re.compile(LEAD + r"i have$")
NO = re.compile(
    LEAD + r"(?:no+(?! more| ones?\b| se\b| answer\b| idea| clue| comment| matter| problem with telling| longer|"
    r" doubt| choice| question)|nope+s?|nopes|nah+|naw|na|n|noo+|non|nein|nay|nada|negative|nil|zero|zilch|"
    r"none|nothing|nuthin|neither|never(?! (?:mind|go|leave|without|been (?:tested|checked)))|"
    r"not me\b|not that (?:i|we|im|ive|she|he)\b(?! (?:sure|certain))|not to my\b|not as far|not at all|"
    r"not (?:at the moment|currently|now|right now|yet|planned|really|presently|one|once|ever|any|applicable|"
    r"anything|having|on|taking|pregnant|her|him|since|today|personally|in my|for me|unless|"
    r"a chance|possible|even|with)\b|no way|nothing like|absolutely not|definitely not|certainly not|"
    r"of course not|heck no|hell no|god no|dont have|dont take|do not have|do not take|havent|"
    r"all (?:clear|good|fine|ok)\b|im (?:all )?(?:fine|healthy|good|clear|clean|ok)\b|i am (?:all )?(?:fine|"
    r"healthy|perfectly healthy|good|clear|clean|ok)\b|clean bill|fit as a fiddle|healthy as|perfectly healthy|"
    r"nobody(?! (?:has|ever|tested|checked))|theres nothing|there is nothing|nothing there|not$|x$)"
    r"(?:$|\b)"
    rf"|{LEAD}(?:i |we |she |he |they )?(?:have |ive |has )?never(?: (?:had|have|has|taken|took|take|takes|"
    rf"used|suffered|been (?:told|diagnosed|on|pregnant|allergic)|ever|in|that|any|needed|was|got|"
    rf"experienced)\b.*)?$"
    rf"|{LEAD}(?:i |we |she |he |they )?(?:dont|do not|doesnt|does not|didnt|did not|dnt)(?: (?:have|take|"
    rf"takes|use|suffer|think (?:so|i|she|he|any)|believe (?:so|i)|no|got|do|get|any)\b(?! (?:time|a clue|"
    rf"any idea|an idea|a problem (?:with )?(?:telling|answering))).*)?$"
    rf"|{LEAD}(?:(?:i am|im|shes|hes|she is|he is|theyre) not|i aint|she isnt|he isnt)(?: (?:on|taking|having|"
    rf"that|one|any|at all|thank|thankfully|no|currently|now|aware|as far|allergic|diabetic|pregnant|"
    rf"breastfeeding)\b.*)?$"
    rf"|{LEAD}(?:i |we |she |he |they )?(?:havent|have not|hasnt|has not|ive not)(?: (?:had|got|any|ever|no|"
    rf"taken|have|a|been)\b(?! (?:tested|checked)).*)?$"
    rf"|{LEAD}(?:i have|ive|ive got|i got|has|she has|he has) (?:none|nothing|no (?:such|problems?|issues?|"
    rf"conditions?|diseases?|health|known|medical|complaints?|trouble)\b)"
)
PAST = re.compile(
    LEAD + r"(?:yes |yeah |yep |no |nope |nah |well |but |i |she |he |we |have |had |ive )*(?:not (?:any ?more|"
    r"any longer)|no longer|no more(?! (?:questions?|please|of (?:this|these|that)|time)\b)|used to|anymore|"
    r"did (?:but|until|till)|did years ago|"
    r"(?<!have )(?<!ive )(?:was|did|had) (?:but|until|till|it|this|them|that|one|once|years|long|ages|a long|\d+|two|"
    r"three|four|five|six|seven|eight|nine|ten)\b(?!.*\b(?:since (?!then|gone)\w+|still|so far|every|to go|left)\b)|"
    r"(?:stopped|finished|completed|ended|quit|came off|weaned|"
    r"done with)\b|in the past|previously|years ago|ages ago|long (?:time )?ago|\d+ (?:years|yrs) ago|"
    r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty) (?:years|yrs) ago|back in|"
    r"as a (?:kid|child|teen|teenager))\b"
)
WHY = re.compile(
    r"\bwhy (?:do|would|are|is|does|did|should|r) (?:you|u|that|this|it|i|they|we|the)\b.*\b(?:asks?|asking|"
    r"matter|matters|relevant|know|need|important|want|care|tell|answer|question)\b|"
    r"^(?:but |and |ok |um |sorry |hm+ )?(?:why(?: that| this| though| tho| exactly)?|what for|how come|"
    r"whats (?:that|this|it) (?:got )?(?:to do with|for)|what does (?:that|this|it|my \w+) have to do with|"
    r"how is (?:that|this) relevant|"
    r"whats the (?:reason|point)|what(?:s| is| does| has| have|ve)? .{1,40}(?:got )?to do with |why (?:my|"
    r"the) \w+|why (?:is|does) (?:that|this|my \w+) (?:matter|important|relevant).*|what has (?:that|this|"
    r"my \w+) got to do with.*|for what reason|why u ask.*|why the question)\b"
)
MEANING = re.compile(
    r"\b(?:what (?:do you|do u|does (?:that|this|it|the \w+)) mean|what(?:s| is) (?:meant|"
    r"(?:an? )?(?:autoimmune|auto immune|blood thinner|anticoagulant|contraindication|shingles|"
    r"pacemaker|stent|chemo\w*|dialysis|lupus|an example)\w*)|what counts|i (?:dont|do not) (?:understand|"
    r"get) (?:it|this|that|the question|what)|"
    r"(?:dont|didnt) understand(?: the question)?$|can you (?:explain|rephrase|repeat|say (?:that|it) again|"
    r"give (?:me )?an example)|such as what|like what|for example what|"
    r"say (?:that|it) again|what was the question|come again|explain (?:that|please|the question)|"
    r"in other words)\b|^(?:pardon|huh|what|sorry what|eh)$"
)
GOES_ON = re.compile(
    r"^(?:ok |okay |right |so |please |lets |let us |can we |now |im back |back |sorry )*(?:carry on|continue|"
    r"go on|keep going|resume|"
    r"next question|back to the questions|where were we|lets go on|proceed)\b"
)
MEANT = re.compile(
    r"\b(?:i )?(?:meant|ment|mean|wanted) (?:to (?:say|put|press|click|type|tap|hit|answer|write) )?(?P<to>yes|"
    r"no|not sure|unsure)\b(?! to\b)|"
    r"\b(?:last|previous|prior|one before|earlier) (?:one|question|answer)\b.*?\b(?P<last>yes|no|not sure|unsure)\b|"
    r"\b(?:change|switch|correct|put|make) (?:it|that|my (?:last )?(?:answer|"
    r"one)) (?:back )?to (?:a )?(?P<change>yes|no|not sure|unsure)\b|"
    r"\b(?:should (?:be|have been|say)) (?:a )?(?P<should>yes|no|not sure|unsure)\b"
)
PLAIN_NO = re.compile(
    r"^(?:so |but |and |then |therefore |now |its |thats )*(?:a )?(?:no|nope|none|nah|not me|not i|not mine|"
    r"im not|i am not|i dont|i havent|nothing|thats a no|a no)(?: (?:thanks|thank|you|god|goodness|luckily|"
    r"really|then|for|me|from|lol|haha|at|all|sorry|either|myself|doc))*$"
)
PLAIN_YES = re.compile(
    r"^(?:so |but |and |then |therefore |now |its |thats |wait |actually |sorry |oh |no |"
    r"hang on )*(?:a )?(?:yes|yeah|yep|yup|me too|i do|i am|i have|so do i|so am i|now me|now i do|"
    r"its my turn)(?: \w+){0,1}$"
)
PRESSED = re.compile(
    r"\b(?:pressed|hit|clicked|tapped|typed|said|put|answered|chose|selected|ticked|picked|wrote|"
    r"entered) (?:a |the )?(yes|no)\b"
)
BY_MISTAKE = re.compile(
    r"\b(?:by (?:accident|mistake)|accident\w*|mistake\w*|mistaken\w*|wrong|oops|should not|shouldnt|misread|"
    r"mis ?clicked|misclick|slipped|fat finger\w*|typo|didnt mean|not correct|incorrect)\b"
)
IS_TO_BE = re.compile(
    r"\b(?:it is|its|it should be|that is|thats|answer is|is a|make it|so|should be|for me) (?:a |actually |"
    r"really )?(yes|no)\b"
)
UNSURE_OF_ALL = re.compile(
    r"^(?:but |so |and |honestly |whether \w+ (?:was|is|were) (?:the |a |an |my |it )?\w* ?)*(?:i |im |"
    r"we )?(?:honestly |really |just |truly )*"
    r"(?:dont know|do not know|dunno|idk|not sure|couldnt tell|couldnt say|cant tell|cant say|"
    r"didnt (?:really )?understand(?: it)?|no idea|no clue)"
    r"(?: you| for sure| either| really)?(?:$| (?:if|whether)\b)"
)
# Not of a medicine or of somebody who treats: "the tablets work great" is no "all is well"; nor is "not fine".
NOTHING_SAID = re.compile(
    r"^(?:ok|okay|k|lol|haha|hahaha|hehe|alright|cool|hm+|mm+|oh|ah|well|um+|right|i see|got it|wow|nice|"
    r"so)(?: (?:ok|okay|lol|haha|then|alright|cool|hm+|oh|well))*$"
)
OF_ANSWERS = re.compile(
    r"\b(?:(?:question|answer|one|part) (?:about|on|for|with)|(?:the|that|my) \w+ (?:question|answer|one|part)|"
    r"correct(?:ion)?|change|update|take back|"
    r"i (?:said|answered|wrote|put|told you)|not me but|that was (?:about|for)|should be)\b"
)
OF_SOMETHING = re.compile(
    r"\b(?:is|are|was|were|works?|looks?|came|tests?|results?|says|all|both|everything|my|theyre|its|skin|"
    r"scalp|heart|liver|kidneys?|"
    r"clean|normal|healthy) \w"
)
FINE = re.compile(
    r"^(?!.*\b(?:tablets?|pills?|meds?|medicines?|medications?|treatment|therapy|drugs?|injections?|shots?|pump|"
    r"cream|infusions?|sessions?|nurses?|controlled|sounds?|weather|"
    r"not|isnt|arent|aint|wasnt|werent|doesnt|dont|never|hardly|barely|cant)\b|"
    r"(?:my|the) (?:doctor|doc|gp|team|clinic) (?:is|are|was)\b)"
    r"(?:but |and |so |cos |because |all )?(?:(?:my|the|both|all|mine|everything|its|theyre|they|it|those|"
    r"these|results?|tests?|bloods?|\w+)(?: own)? ){0,3}"
    r"(?:\w+ )?(?:is|are|was|were|works?|looks?|came back|come back|s|says?|said)? ?(?:still |all |both |"
    r"totally |perfectly |completely |very |absolutely |just |really |always |as |in )*"
    r"(?:fine|healthy|good|great|normal|perfect|clean|clear|strong|spotless|intact|excellent|top shape|"
    r"good shape|top form|like a charm|"
    r"like clockwork|negative|in order|ok|okay|unremarkable|in one piece|in the clear)"
    r"(?: (?:now|thanks|thank god|thank you|so far|last (?:year|month|week|time)|this year|always|too|"
    r"as always|luckily|then|lol|haha))*$"
)
YES_AT_LAST = re.compile(
    r"\b(?:wait|actually|oh|well|hang on|hold on|sorry|scratch that|correction|oops|hmm|no)( (?:wait|well|"
    r"actually|sorry|"
    r"hang on))* (?:no )?(?:yes|yeah|yep)\b(?! (?:my|his|her|the|our|and no|but no|for))"
)
