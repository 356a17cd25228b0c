"""Frequent first names of children at German schools: never to read a name, only to ask what else it might be."""

_FREQUENT = (
    "ali amelie amina amir anna anni anton arda aylin ayse azra ben benjamin carl carla charlotte clara daniel david "
    "defne deniz efe elias elif ella emil emilia emily emir emma enes ensar erik eva eylul felix fiona finn frieda "
    "frida fritz greta hamza hanna hannah hannes heidi helena henri henry ida ilyas isabella jakob jan jana jannik "
    "jasmin johann johanna johannes jonah jonas jonathan josefine julia julian julius karl karla klara konrad lara "
    "laura lea leah leni lena lenny leo leon leonie levi levin liam lian lila lilli lilly lina linda linus lisa lotta "
    "lotte louis louisa luca luis luisa luka lukas luke luna malia malik malina marie marlene martha mats mateo matheo "
    "mathilda max maximilian maya melina mehmet mert mia michael milan mila milo mira mohammed moritz muhammed "
    "mustafa nele neele nico nika nils nina noah nora ole oliver omar oskar paul paula paulina pauline philipp pia "
    "rafael raphael romy ronja rosa samuel sarah selin simon sofia sofie sophia sophie stella theo theodor thea tilda "
    "till tim timo tom toni valentin valentina victoria vincent yusuf yasin yasmin zeynep zoe jurgen jorg omer "
    "jakub zofia zuzanna szymon kacper antoni aleksander filip mikolaj wojciech hanna maja oliwia alicja lucja "
    "anh linh minh huy khanh ngoc thanh duc tuan bao"
)
FIRST_NAMES = frozenset(_FREQUENT.split())
"""Folded to small letters without marks."""
