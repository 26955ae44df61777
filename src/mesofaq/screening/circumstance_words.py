"""The words by which a condition is denied, doubted, over, somebody else's or only supposed, as sets and patterns.

Patterns see plain words: lower case, no marks, no apostrophes.
"""

import re

__all__ = [
    "AGO",
    "CARES_FOR",
    "CIRCUMSTANCES",
    "DENIAL_OF_BELIEF",
    "DENIED_AFTER",
    "DOUBTS",
    "ENDS",
    "FAMILY",
    "NEGATIONS",
    "NOTHING_SINCE",
    "NOT_ME",
    "NOT_MINE",
    "NO_DENIAL",
    "NO_LONGER",
    "NO_OWNERS",
    "OFTEN_NOBODY",
    "OF_ANYBODY",
    "ONSET",
    "OTHERS",
    "OWN",
    "PAST_VERB",
    "PRESENT",
    "PRESENT_VERB",
    "REACTS_TO",
    "RECENT",
    "REFERS_AFTER",
    "REFERS_BEFORE",
    "RETURNED",
    "RULED_OUT",
    "SUPPOSED",
    "TOO",
    "UNFINISHED",
    "UNWELL",
    "WELL",
    "WELL_BEFORE",
]

FAMILY = frozenset(
    "mum mom mam mama mummy mommy mother dad daddy papa father sister brother sis bro sibling siblings twin aunt auntie"
    " uncle grandma grandmother granny gran grandpa grandfather grandad granddad grandparents nan nana cousin friend"
    " friends wife husband hubby partner boyfriend girlfriend bf gf son daughter kid kids child children baby parents"
    " family relatives relative neighbour neighbor boss coworker colleague roommate mate niece nephew stepmom stepdad"
    " inlaw inlaws patients people client clients cat dog ex fiance spouse ancestors bestie flatmate godmother".split()
)
OFTEN_NOBODY = frozenset({"baby", "child", "kid"})
CARES_FOR = frozenset({"had", "having", "have", "nursing", "feeding", "breastfeeding", "feed", "nurse", "to"})
NO_OWNERS = frozenset({"a", "small", "little", "young", "as"})
OTHERS = frozenset("he hes she shes his her him they theyre their them hers".split())
TOO = re.compile(
    r"\b(so (do|have|am) i|so did i|me too|me as well|and (i )?(me|myself)( too)?$|both of us|we both|i do too|"
    r"i have it too|"
    r"same here|same as me|like me|just like me|i inherited|i got it too|me also|i am too|me included|"
    r"including me|myself included|all of us)\b"
)
NOT_ME = re.compile(
    r"\b(not (me|mine|myself|i)\b|me neither|but not i\b|i (dont|do not|am not|havent|have not|never|didnt)\b|im not\b)"
)

NEGATIONS = frozenset(
    "no not never without dont doesnt didnt havent hasnt hadnt isnt arent wasnt aint nor neither none nothing "
    "zero havnt dnt dont nope nah non cant deny denies negative free cannot nobody noone avoid avoids avoided "
    "avoiding declined refused offered".split()
)
NO_DENIAL = re.compile(
    r"\b(not only|no doubt|not just|never (ever )?(skip|miss|forget|stop|skipped|missed)|(isnt|not|"
    r"arent) (happy|pleased|satisfied|good|great)|not sure|not certain|no idea|not (very |so |too |that |"
    r"really |quite )?(well|good|great|bad|"
    r"serious|severe|mild|under|stable|controlled|healed|gone|over|better|cured|finished|stopped|much)|dont know|"
    r"never (go|leave|been) (\w+ )?without|cant (live|go|do|manage|function) without|not without|dont (forget|"
    r"worry)|no surprise|"
    r"wish (i )?(did not|didnt) (have|need|take)|cant (seem to )?(get rid|shake|shift|stop|quit|get over|come off|beat|"
    r"control)|"
    r"cant (have|take|eat|tolerate|touch|wear|use|go near|be near|stand|handle|drink)|not allowed|"
    r"cant remember|no secret|"
    r"dont (like|mind|tell|judge|laugh)|no matter|no joke|not joking|no longer|no more|not any ?more|"
    r"not (\w+ )?yet|no choice)\b"
)
DENIED_AFTER = re.compile(
    r"^(is|are|was|were|has|have|came|test|tests|results?|all|looks?|seems?|s)?\s*(been |back |out |up )?"
    r"(to )?(no|nope|none|nah|not (present|there|something|an? (issue|problem)|my (thing|problem)|applicable|me)|"
    r"i aint|im not|i am not|never|negative|"
    r"ruled out|excluded|denied|clear|n a|all (good|clear|fine|ok))\b"
)
RULED_OUT = re.compile(
    r"\b(ruled (it |that |them |this )?out|(came|come|comes|was|were|is|are) (back |all |both )*(negative|"
    r"clear|normal|fine)|tested negative|values (are|were) (\w+ )?(great|fine|good|normal|ok)|"
    r"out of the question)\b"
)
WELL = re.compile(
    r"^(is|are|s|was|works?|working|looks?|seems?|function|functions|tests?|results?|all|both|in|totally|perfectly|\s)*"
    r"(totally |perfectly |completely |all |very |absolutely |just |really |pretty )*"
    r"(fine|healthy|good|great|grand|sound|fab|tip top|spot on|brilliant|alright|all right|dandy|a ok|normal|"
    r"ok|okay|clear|perfect|strong|clean|spotless|intact|excellent|top shape|good shape|in order|"
    r"like a horse|unremarkable|doing well|working well|well)\b(?! (enough )?controlled)"
)
WELL_BEFORE = re.compile(r"\b(healthy|normal|good|strong|great|perfect|fine|working)( and \w+)?( (blood|own))?$")
NO_LONGER = re.compile(r"\b(any ?more|any longer|no longer|no more|these days)\b")
REFERS_AFTER = re.compile(
    r"^((was|is|were|are|it was|has been) (a |the )?(wrong|mistake|an error|incorrect|not right|typo)|"
    r"(question|answer|one|thing|part|bit|item)\b)"
)
REFERS_BEFORE = re.compile(
    r"\b((pressed|hit|clicked|tapped|typed|said|put|answered|chose|selected|ticked|picked|wrote|entered) (a |"
    r"the )?(yes|no) (on|for|to|at|by|with|about)( the| my)?|"
    r"(question|answer|one|part|bit) (about|on|for|of|with)( the| my)?|(about|on|regarding|for) the|^(and |so |"
    r"sorry )*(about|regarding|as for|concerning)( the| my)?|"
    r"change( the| my)?|correct( the| my)?|meant (yes|no) (for|to|on|about|with)( the| my)?)$"
)
DOUBTS = re.compile(
    r"\b(not (really |quite |totally |entirely |100 |100 percent |too |very |completely )?(sure|certain)|"
    r"unsure|uncertain|dont (really )?know|"
    r"do not know|idk|dunno|maybe|perhaps|possibly|might|may have|may be|could be|could have|no idea|no clue|"
    r"not clear|unclear|"
    r"i think(?! so\b)|suspect|suspects|suspected|suspicion|probably|likely|wondering|(waiting (for|on)|"
    r"awaiting) (\w+ ){0,4}(results?|tests?|diagnos\w+|scans?|biops\w+|bloods?|answer|letter|appointment|"
    r"specialist|doctor|gp|referral|swab|report|call|news)|awaiting results|being tested|getting tested|"
    r"being checked|havent been tested|never been tested|borderline|inconclusive|cant remember|cannot remember|"
    r"cant say|"
    r"hard to say|not (yet |officially |formally )?diagnosed (yet|officially|formally)|undiagnosed|"
    r"undergoing tests|under investigation|could possibly|supposedly|"
    r"dont remember|forgot (if|whether|what)|i guess|kinda|sort of|who knows|was told i might|they (think|thought)|"
    r"doctor (thinks|thought)|doctors? (is|are) checking|looking into|cant tell|couldnt (tell|say)|"
    r"could not (tell|say)|thought i (had|was|might)|no (diagnosis|result) yet|never had it (looked at|"
    r"checked)|(no ones|nobody|no one|never) (has )?(tested|checked)|still deciding|keeping an eye|(want|"
    r"wants) to (repeat|retest|check))\b"
)
DENIAL_OF_BELIEF = re.compile(
    r"\b(dont|do not|didnt) (think|believe)\b|\bnot (that i|to my) (know|aware|knowledge|remember|recall)\w*\b"
)
SUPPOSED = re.compile(
    r"\b(what if|suppose|imagine|hypothetically|let us say|lets say|in case|if i (get|got|become|became|were|"
    r"was|had|ever|should|need|catch|do get)|if (someone|somebody|people|you|anyone)|"
    r"would it|could it|can it|might it|scared of|afraid of|worried about getting|fear of|risk of|chance of|"
    r"side effect of|heard (of|about)|"
    r"read about|prevent|to avoid|vaccin\w+|jab against|screening for|tested negative|worried (i|it) might|"
    r"article about|film about)\b"
)
ENDS = re.compile(
    r"(?<!havent )(?<!not )(?<!hasnt )(?<!never )(?<!cant )(?<!yet to )\b(used to|stopped|quit|finished|ended|"
    r"healed|cleared|cured|recovered|came off|come off|"
    r"went off|taken off|took me off|off (it|them|that|those|warfarin|now)|went away|gone away|got rid of|"
    r"got over|over and done|done with|all done|"
    r"no longer|completed|all gone|long gone|is gone|are gone|was gone|its gone|gone now|gone since|resolved|"
    r"dried up|closed up|no more|not (\w+ ){0,4}any ?more|"
    r"dont (\w+ ){0,4}any ?more|anymore|history now|in the past|previously|formerly|former|its over|"
    r"is over now|was over|over now|behind me|rang the bell|weaned|scar now|"
    r"discontinued|last (dose|round|cycle|session|infusion|treatment|tablet|pill) (was|in)|done years|"
    r"back then|done with)\b"
)
UNFINISHED = re.compile(
    r"\b(almost|nearly|not|hasnt|havent|isnt|arent|half|partly|mostly|slowly) (yet )?(fully |completely |totally |"
    r"entirely |quite |all )?(healed|cleared|cured|recovered|resolved|finished|completed|gone|over)\b"
)
AGO = re.compile(
    r"\b((years?|yrs?|decades?|ages) (ago|back|earlier|before)|(1[0-9]|[6-9]|2[0-9]|several|eleven|ten|twelve|"
    r"nine|eight|seven|six|eighteen) (months?|mths?|mos?) (ago|back)|"
    r"(in|from|during|back in|until|till|around|about|since gone|of|summer|spring|winter|autumn|early|late|mid|"
    r"year) (the )?(19|20)\d\d|(19|20)\d\d|in the (70|80|90|00)s|"
    r"as an? (small |little |young )?(child|kid|baby|teen|teenager|toddler|student|young (man|woman|girl|boy|adult))|"
    r"when i was|last year|the year before|long (time )?ago|(way )?back when|in my (early |late |mid )?(teens|"
    r"twenties|thirties|forties|fifties|youth|childhood|20s|30s|40s|50s)|"
    r"once|a while back|years before|before my|after my \w+ (was born|born)|at (age )?\d+|in childhood|"
    r"in (high )?school|in college|at uni|in uni|"
    r"(with|after|during) my (first|second|third|last|previous|earlier) (pregnancy|baby|child|kid|son|daughter|"
    r"one)|(19|20)\d\ds|is (now )?\d+( years old)? now|"
    r"until (he|she|my \w+|they) (was|were|turned)|(hes|shes|is) (now )?\d+ now|in the (sixties|seventies|"
    r"eighties|nineties)|(two|three|four|five|six|seven|eight|nine|ten|many|some|few|\d+) (years|"
    r"yrs) (now )?(since|free|clear|clean|out)|in remission since)\b"
)
RECENT = re.compile(
    r"\b(yesterday|on (monday|tuesday|wednesday|thursday|friday|saturday|sunday)|last (week|month|night|monday|"
    r"tuesday|wednesday|thursday|friday|saturday|sunday)|(days?|weeks?|wks?|hours?) (ago|back)|(a|one|1|two|2|"
    r"three|3) (months?|mths?) (ago|back)|"
    r"just (stopped|finished|ended|healed|came|had)|recently|this (week|month|morning)|the other day|a few days)\b"
)
UNWELL = re.compile(
    r"< (but|though|although|however|only|just|except)\b|\b(isnt|arent|not|doesnt|dont|wasnt|never|cant|"
    r"fail\w*|bad|weak|damage\w*|poor\w*|trouble|problem|"
    r"problems|issue|issues|disease|infection|wrong|pain|hurts?|stones?|low|high|raised|slow|scarred|enlarged|"
    r"fatty|one|removed|donor|transplant\w*|new)\b"
)
NOT_MINE = re.compile(r"\b(not (me|mine|myself)|thats my|that was my|its my|it is my|is my|was my) ?")
REACTS_TO = re.compile(r"\b(allerg\w+|reaction|reacts?|reacted|intolerant|sensitive) (badly )?(to|against)( \w+){0,3}$")
OWN = re.compile(
    r"\b((after|since|with|despite|having) (a |an |my |having |having had )?(\w+ )?|if (i am|im|i have|ive|"
    r"i take|i use|im on|im taking|i am on|"
    r"i am taking) (a |an |on )?(\w+ )?|as an? (\w+ )?)$"
)
OF_ANYBODY = re.compile(
    r"\b(people|person|someone|somebody|anyone|anybody|patients?|women|men|those|friend|everyone|others)\b"
)
NOTHING_SINCE = re.compile(
    r"\b(nothing|none|never|not|fine|clear|clean|free|well|ok|good|healthy) (at all )?(ever )?since( then)?\b"
)
RETURNED = re.compile(
    r"(?<!never )(?<!not )(?<!hasnt )\b(its back|back on|came back(?! (negative|clear|normal|fine))|back again|"
    r"is back|again now|now again|again since|returned)\b"
)
PRESENT = re.compile(
    r"\b(since(?! gone)|diagnosed|still|currently|started|began|begun|put me on|ever since|at the moment|"
    r"right now|these days|every day|daily|nightly|"
    r"(have|ive|am|im|take|it|them|been) (\w+ ){0,3}for (the )?(past |last )?(many |several |some |about |"
    r"over |almost |nearly )?(\d+|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|many|several|"
    r"years|months|a few|ages)|"
    r"switched to|changed to|moved to|now on|on it now|put on|next|"
    r"all my life|life ?long|my whole life|always|have been|ive been|on and off|comes and goes|chronic|"
    r"keeps? coming|flares?)\b"
)
PRESENT_VERB = re.compile(
    r"\b(i have(?! had)|ive got|i got(?= (it|them)? ?(now|rn))|i take|im on|i am on|im taking|i use|"
    r"i am(?! not)|im(?! not| off| done| over| past| fine| ok| clear)|taking|has started)\b"
)
ONSET = re.compile(r"\b(got(?! (rid|over))|developed)\b")
PAST_VERB = re.compile(
    r"\b(had|was|were|did|took|went|been|used|caught|suffered|breastfed|delivered|gave birth|nursed)\b"
)
CIRCUMSTANCES = frozenset(
    "a about actually after again age ages ago all already also always and any anymore apr april around as at aug "
    "august autumn away back been before behind bit both but by came checked child childhood clean clear cleared "
    "closed completed completely couple course cured currently date day days dec decade decades december did do "
    "doc doctor doctors does done dont down dr due early eight eleven end ended entirely ever everything feb "
    "february few fine finished first five for forever fortunately four free from fully get god gone good "
    "goodness got great had haha half has have havent healed healthy here him his i im in is issue issues it its "
    "itself jan january jul july jun june just kid knock last late later least left like lol long longer luckily "
    "many mar march may me medication medicine meds mid mine month months more most my myself nah negative never "
    "new nicely nine no none nope not nothing nov november now oct october of off ok okay old on once one only "
    "open or orders out over past perfectly phew pills prescribed problem problems quit really recovered resolved "
    "result results right same scar sep sept september seven several since six so some sorry spring still stop "
    "stopped summer symptoms take taken taking tbh ten test tested tests thank thankfully thanks that thats the "
    "them then there these they theyre thing things this those thought three time times to told too took totally "
    "touch treatment treatments twelve twice two under until up used very was way we weeks well went were when "
    "while whole winter with without wood yeah year years yep yes yet young youre yr yrs".split()
)
