"""The commonest small words of the languages that are written in Latin letters, folded: small letters, no accents.

Only words that English does not have, not as a slip of the finger either: what stands here is evidence by itself.
`WEAK` words are as common there, but also English, or words of several languages; they only add weight.
"""

__all__ = ["ENGLISH", "GREETINGS", "LETTERS", "STRONG", "WEAK"]

STRONG: dict[str, frozenset[str]] = {
    "tr": frozenset(
        """bir bu icin mi mu misiniz misin miyim ne kadar nasil nedir neden niye niçin hangi kac cok daha gibi ama
        veya ile degil var yok evet hayir biz siz benim bana sana bize beni seni onun bunun sonra
        zaman bugun dun yarin simdi acaba lutfen saci sacim sacimi saclarim saclarimi basim basimda agri agriyor
        agrisi acir acitir aciyor fiyat fiyati fiyatlar ucret ucreti randevu seans seanstan istiyorum istiyoruz
        yapabilir yaptirabilir olur olur olmak oldum oldu olacak olan olabilir miyiz musunuz gerekir gerekiyor lazim
        ediyor ediyorum ederim kullaniyorum biliyor bilmiyorum kan igne igneden igneler doktor hamileyim emziriyorum
        dokulme dokulmesi dokuluyor yan etkisi etkileri ise yarar konusan turkce dogru yanlis lutfen girin gecerli
        hic bazi tum butun en az fazla kendi tekrar yeni eski buyuk kucuk iyi kotu""".split()
    ),
    "fr": frozenset(
        """je tu nous vous ils elles le les des du une est sont suis etes avez avons ai est-ce ce cette ces mon mes
        ta tes votre vos notre nos leur que qui quoi dont ou quand combien pourquoi quel quelle quels
        quelles avec sans dans sous apres avant depuis pendant mais donc tres moins aussi
        deja toujours jamais oui ca cela c'est jai cest quest c'etait etait puis peux peut pouvez dois doit voudrais
        veux faut fait faire mal tete cheveux seance seances piqure piqures prix cout coute combien rendez
        enceinte aller etre avoir bcp beaucoup svp aujourd hui hier demain il a-t-il aucun aucune veuillez saisir
        valeur doivent ont ete pas""".split()
    ),
    "es": frozenset(
        """el los las una unos que quien cuando cuanto cuanta cuantos cuantas como donde porque por para con
        pero muy mas menos tambien esta este estoy esto esta estan estas es soy eres somos ser estar tengo tiene
        tienen tienes tenemos puedo puede pueden podemos quiero quiere quisiera necesito necesita hay hace hacer
        hacerlo duele cabeza pelo cabello precio cuesta cita embarazada despues antes desde
        ayer hoy manana mucho mucha muchos usted ustedes mi mis su sus nos lo le les se del al yo
        gracias aqui ahora siempre nunca otro otra algun alguna ya efectos secundarios hablan noche anterior
        debe ingrese valor introduzca""".split()
    ),
    "de": frozenset(
        """ich du er sie wir ihr der den dem des das ein eine einen einem einer ist sind bist waren wird
        werden wurde habe hab hast haben hatte kann kannst konnen darf durfen muss mussen soll sollte mochte
        wann wie wo warum wieso welche welcher welches wer nicht kein keine keinen und oder aber auch noch schon
        nach vor mit ohne bei beim fur von vom zu zum zur auf aus uber unter seit wieder sehr viel viele wieviel
        mehr heute gestern morgen mich mir mein meine meinen meiner dich dir uns euch ihnen ihre ihren
        gibt geht tut weh schmerzen haare haar sitzung sitzungen kostet kosten termin schwanger spritze spritzen
        bitte dass wenn weil dann doch mal nur gerne hatte wochen woche tage diese dieser dieses
        nebenwirkungen sprechen jemand geben gultige""".split()
    ),
    "it": frozenset(
        """il lo gli una sono sei siamo siete hanno che chi cosa quando quanto quanta quanti quante perche
        con senza per di del della dello delle degli dei nel nella nelle sul sulla dal dalla dopo prima anche ancora
        gia molto poco piu meno questo questa questi queste mio mia miei mie tuo suo sua nostro mi ti ci vi
        posso puo puoi possono possiamo vorrei voglio devo deve fare farlo fatto ho hai abbiamo avete c'e
        capelli testa seduta sedute prezzo dolore incinta ieri oggi domani da giorni effetti collaterali
        servono funziona davvero prenotare visita grazie per favore non si inserire valore""".split()
    ),
    "pt": frozenset(
        """os uma umas uns voce voces eu ele ela nos eles que quem quando quanto quanta quantos quantas como onde
        porque por para sem mas muito muita mais menos tambem ja nao sim esta estou esse essa este isso isto sao
        ser estar tenho tem temos posso pode podem podemos quero quer queria preciso precisa fazer faz feito
        doi dor cabeca cabelo sessao sessoes preco custa consulta gravida depois antes desde ontem hoje amanha
        meu minha meus minhas seu sua da dos das na nos nas ao em um caindo funciona obrigado
        efeitos colaterais marcar lavar informe insira""".split()
    ),
    "nl": frozenset(
        """ik jij je hij wij jullie het een deze dit dat zijn heb hebt heeft hebben kan kun kunt
        kunnen mag mogen moet moeten wil willen wordt worden werd niet geen en maar ook nog al voor na
        zonder bij naar uit om te aan op sinds weer veel hoeveel meer wat wanneer hoe waar waarom welke
        wie mijn mij jou uw onze doet doen gaat pijn haar haren hoofd hoofdpijn behandeling behandelingen kost
        kosten afspraak zwanger prikken gisteren vandaag morgen graag nodig werkt vrouwen alstublieft
        bijwerkingen wassen maken""".split()
    ),
    "pl": frozenset(
        """jest sa jestem sie nie tak czy ile kiedy jak gdzie dlaczego co kto ktory ktora ktore z ze na po przed od
        dla bez przez przy nad albo lub oraz bardzo duzo malo wiecej mniej tez juz jeszcze masz mamy
        macie moge mozesz mozna musze chce chcialabym chcialbym prosze dziekuje dzien dobry ta te tego tej
        moje moja mnie mi ci pani boli bol glowa glowe glowy wlosy wlosow zabieg zabiegu zabiegow kosztuje cena
        wizyte wizyta ciazy wczoraj dzisiaj jutro kosztuje byc bylo byla jeden jedna wypadaja dziala potrzebuje
        zrobic umyc skutki uboczne""".split()
    ),
    "hi": frozenset(
        """kya kyu kyun kyon kaise kaisa kaisi kab kahan kaun kitna kitne kitni hai hain hoon tha thi hoga hogi
        honge hota hoti hote raha rahi rahe gaya gayi gaye karna karne karo karu karun karta karti karte karwa
        karwana kare karega karegi sakta sakti sakte chahiye chahte chahta lagega lagenge lagta lagti lagte mujhe
        mujhko mera meri humko hamare aap aapka aapke aapko apna apne tum tumhe iska iske isme ismein isse
        uska uske usse yeh yah woh wo kuch koi nahi nahin nhi bhi abhi baad pehle kal aaj bahut bohot zyada
        jyada kam aur lekin magar agar phir wala wale baal baalon dard kharcha paisa paise dawai ilaj ilaaj
        bataiye batao bataye batayein kripya shukriya dhanyavad mein toh gir jhad ki ke ka ko se""".split()
    ),
    "ar": frozenset(
        """3ayez 3aiza 3ayza 3andi 3ndi 3andy msh mosh leh leih ezay ezzay emta embare7 delwa2ti dlw2ti kam
        bkam bekam b2adeh 2addeh shu shoo sho lesh leish wein wen2 7aga 7aja ana enta enti lazem mumkin momken
        ba3d abl 2abl sha3r sha3ri sha3ry waga3 waja3 2olli fadlak fadlik fadlek sama7t ma3ad ma3ed
        a7gez 7agz ebra ebar 7o2na 7ob abgha abi ureed orid uridu kif keef """.split()
    ),
}
"""By language. The romanised Hindi here is as much romanised Urdu; `ar` is Arabic in Latin letters and digits."""

WEAK: dict[str, frozenset[str]] = {
    "tr": frozenset("o da de ki ya on at ise ben sen size once sac her".split()),
    "fr": frozenset(
        """a de la et en on se si me un tout c d l j n s m qu ne par au aux bonjour merci non ma comment pour sur chez
        plus encore y""".split()
    ),
    "es": frozenset("a de la en un no si me te se hola sin son dolor favor y o".split()),
    "de": frozenset("am an in im die was so man will hat alkohol bin war hat".split()),
    "it": frozenset("a la le un in no se al ma fa male me come dove costa serve e".split()),
    "pt": frozenset("a o e de as um se me no do da dos o com do no favor".split()),
    "nl": frozenset("de in is we was er of als u die ben bent had van met over heel hallo".split()),
    "pl": frozenset("i a w o do za u pod ale mam ma ten to pan".split()),
    "hi": frozenset("h hu ho to me main na ya ek is us jo par do mere hum mat sir".split()),
    "ar": frozenset("fi men el il w ya la mesh min law hal".split()),
}

LETTERS: dict[str, frozenset[str]] = {
    "tr": frozenset("ğşı"),
    "pl": frozenset("łąężźćńś"),
    "de": frozenset("ß"),
    "es": frozenset("ñ"),
    "pt": frozenset("ãõ"),
    "fr": frozenset("œèêû"),
}
"""Letters that only one of these languages uses; a small-letter word with one is evidence too."""

ENGLISH = frozenset(
    """the a an and or but if is are was were be been am do does did can could will would shall should may might must
    have has had i you he she it we they my your his her its our their me him them us this that these those what when
    where why who whom which how much many long often of to in on at by for with without from about into after before
    between during not no yes any some all more most very too also just only than then there here so as up down out
    off over again get got need want know see say tell take make go feel use help please pls thanks thank vs u ur r im
    ive dont cant doesnt wont whats hows its wen wat wht wich wher hw hru d b c y 2 4 n""".split()
)
"""English small words, and how thumbs type them."""

GREETINGS = frozenset(
    """merci danke dankeschon hola gracias grazie mille ciao bonjour salut salam salaam salam aleikum aleykum
    assalamualaikum walaikum wa alaikum as namaste namaskar merhaba selam tesekkurler tesekkur ederim adios arigato
    konnichiwa obrigado obrigada ola hallo guten tag morgen abend buenos buenas dias tardes noches buongiorno
    buonasera dzien dobry czesc dzieki hej hoi dank je wel shukran shukriya dhanyavad marhaba ahlan sahlan habibi
    inshallah mashallah alhamdulillah yaar sahab bhai ji au revoir auf wiedersehen tschuss arrivederci hasta luego la
    vista bitte prego por favor si senor senora senorita monsieur madame mademoiselle herr frau signore signora oui
    non nein ja jawohl da nyet spasibo privet bye bon jour soir bonsoir bonne journee""".split()
)
"""What people say in half the world without speaking the language. A message of nothing else is not foreign."""
