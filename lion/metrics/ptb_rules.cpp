#include "lion/metrics/ptb_rules.h"

namespace lion::ptb {
namespace {

// Abbreviations before a name: with their full stop they make one token.
constexpr const char* kTitles =
    "Mr|Mrs|Ms|Mlle|Mme|Msgr|Messrs|Drs?|Profs?|Hon|Rev|Insp|Gen|Col|Maj|Capt|Co?mdr|Cpl|"
    "Sgt|Lt|Lieut|Adj|Adm|Adv|Pvt|Pfc|Sfc|Spc|Brig|Ens|Det|Govs?|Sens?|Reps?|Pres|Supts?|Attys?|"
    "Ste?|Mt|Ft|Ave|Cie|Dept|Asst|Assoc|Natl|Mfg|Mtg|Elec|Invt|Alex|Jos|Wm|Treas|Ph|cf|vs";

// Abbreviations that may end a sentence: so does what follows the full stop count for more.
constexpr const char* kShortForms =
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues?|Wed|Thu|Thurs|Fri|"
    "Ala|Ariz|[A]z|[A]rk|Calif|Colo|Conn|Ct|Dak|[D]el|Fla|Ga|[I]ll|Ind|Kans?|Ky|[L]a|[M]ass|Md|"
    "Mich|Minn|[M]iss|Mo|Mont|Neb|Nev|Okla|[O]re|[P]a|Penn|Tenn|[T]ex|Va|Vt|[W]ash|Wisc?|Wyo|"
    "Jr|Sr|Bros|(Ed|Ph)\\.D|Esq|Blvd|Rd|Rt|Bldg|Sq|Inc|Cos?|Corp|Ltd|Plc|Bhd|P?pt[ey]s?|Bancorp|"
    "Univ|Assn|Intl|Sys|al|est|etc|ext|seq|tel";

// A new sentence is taken to begin with one of these after a lone letter or an acronym.
constexpr const char* kSentenceStarts =
    "[A]|[A]bout|[A]ccording|[A]dditionally|[A]fter|[A]n|[A]s|[A]t|[B]ut|[E]arlier|[H]e|[H]er|"
    "[H]ere|[H]owever|[I]f|[I]n|[I]t|[L]ast|[M]any|[M]ore|[M]r\\.|[M]s\\.|[N]ow|[O]nce|[O]ne|"
    "[O]ther|[O]ur|[S]he|[S]ince|[S]o|[S]ome|[S]uch|[T]hat|[T]he|[T]heir|[T]hen|[T]here|[T]hese|"
    "[T]hey|[T]his|[W]e|[W]hen|[W]hile|[W]hat|[Y]et|[Y]ou";

constexpr const char* kFileEndings =
    "bat|bmp|c|class|cgi|cpp|dll|docx?|exe|gif|gz|h|html?|jar|java|jpe?g|mov|mp3|pdf|php|pl|png|"
    "ppt|ps|py|sql|tar|txt|wav|x|xml|zip";

// The bounds of each class are those that the reference was measured to have.
constexpr Rule kRules[] = {
    {"cannot", "", Action::kSplit, 3},
    {"gonna|gotta|lemme|gimme|wanna", "", Action::kSplit, 2},
    {"'tis", "", Action::kSplit, 2},
    {"'twas", "", Action::kSplit, 3},
    {"{tag}", "", Action::kKeep, 0, "", Reach::kFar},
    {"&(MD|mdash|ndash);|[\u0096\u0097\u2013\u2014\u2015]", "", Action::kWritten, 0, "--"},
    {"&amp;", "", Action::kWritten, 0, "&"},
    {"&(HT|TL|UR|LR|QC|QL|QR|odq|cdq|#[0-9]+);", "", Action::kKeep},
    // Words and what is split off them.
    {"{word}", "{clitic}", Action::kWord},
    {"{plain}", "{negation}", Action::kWord},
    {"{word}", "", Action::kWord},
    {"{apostrophe_word}", "", Action::kKeep},
    {"y{apos}", "\\L", Action::kKeep},
    // Addresses.
    {"{url}", "", Action::kKeep, 0, "", Reach::kFar},
    {"{bare_url}", "", Action::kKeep, 0, "", Reach::kFar},
    {"{mail}", "", Action::kKeep, 0, "", Reach::kFar},
    {"@[A-Za-z_][A-Za-z0-9_]*|#({letter})+", "", Action::kKeep},
    {"{clitic}", "[^A-Za-z]", Action::kQuotes},
    {"{negation}", "[^A-Za-z]", Action::kQuotes},
    // Numbers.
    {"\\D{1,2}[\\-/]\\D{1,2}[\\-/]\\D{2,4}", "", Action::kKeep},
    {"[+\\-]?{number}", "", Action::kWord},
    {"\\G?(\\P+|\\Q+)", "", Action::kKeep},
    {"{fraction}", "", Action::kBrackets},
    {"\u00BC", "", Action::kWritten, 0, "1/4"},
    {"\u00BD", "", Action::kWritten, 0, "1/2"},
    {"\u00BE", "", Action::kWritten, 0, "3/4"},
    {"\u2153", "", Action::kWritten, 0, "1/3"},
    {"\u2154", "", Action::kWritten, 0, "2/3"},
    {"{special_word}", "", Action::kKeep},
    {"{apos}[0-9][0-9]", "[\n\\B]", Action::kKeep},
    {"{slash_word}", "", Action::kKeep},
    {"[A-Z]*\\$|#", "", Action::kKeep},
    {"[\u0080\u00A4\u20A0\u20AC]", "", Action::kWritten, 0, "$"},
    {"\u00A2", "", Action::kWritten, 0, "cents"},
    {"\u00A3", "", Action::kWritten, 0, "#"},
    // Full stops that belong to a word.
    {"[A-Za-z]\\.", "[\n\\B]+({sentence_start}|{tag})[\n\\B]", Action::kSplit, 1},
    {"({short_form})\\.", "{any}{any}", Action::kWord},
    {"({title}|{short_form}|[A-Za-z]|{acronym})\\.", "", Action::kWord},
    {"(ca|figs?|prop|nos?|art|bldg|pp|op)\\.", "[\n\\B]?\\D", Action::kWord},
    {"({word}|{hyphen_word}|{capitals})\\.", "[,;:\u3001]", Action::kWord},
    {"{mixed_word}\\.", "[,;:\u3001]", Action::kWord, 0, "", Reach::kFar},
    {"{telephone}", "", Action::kBrackets},
    // Marks.
    {"\"|&[q][u][o][t];", "", Action::kWritten, 0, "''"},
    {"&quot;", "", Action::kKeep},  // in capitals
    {"<|&lt;", "", Action::kWritten, 0, "<"},
    {">|&gt;", "", Action::kWritten, 0, ">"},
    {"\\(", "", Action::kWritten, 0, "-lrb-"},
    {"\\)", "", Action::kWritten, 0, "-rrb-"},
    {"\\[", "", Action::kWritten, 0, "-lsb-"},
    {"\\]", "", Action::kWritten, 0, "-rsb-"},
    {"\\{", "", Action::kWritten, 0, "-lcb-"},
    {"}", "", Action::kWritten, 0, "-rcb-"},
    {"-", "", Action::kKeep},
    {"---?-?", "", Action::kWritten, 0, "--"},
    {"-----+", "", Action::kKeep},
    {"\\.{3,5}|(\\.[ \u00A0]){2,4}\\.|\u2026", "", Action::kWritten, 0, "..."},
    {"@+|#+|_+", "", Action::kKeep},
    {"\\*+|(\\\\\\*){1,3}", "", Action::kKeep},
    {"[,;:\u3001]", "", Action::kKeep},
    {"[?!]+", "", Action::kKeep},
    {"[.=/]", "", Action::kKeep},
    // Longer words.
    {"{mixed_word}", "", Action::kWord, 0, "", Reach::kFar},
    {"{hyphen_word}", "", Action::kKeep},
    {"{capitals}|S(&|&amp;)P-500|S(&|&amp;)Ls", "", Action::kQuotes},
    {"{file_name}", "[\n\\B.?!,]", Action::kKeep, 0, "", Reach::kFar},
    {"{smiley}", "[^A-Za-z0-9]", Action::kBrackets},
    {"{asian_smiley}", "", Action::kBrackets},
    {"'", "[A-Za-z][^ \t\u00A0\n]", Action::kWritten, 0, "`"},
    {"{clitic}", "", Action::kQuotes},
    {"&apos;|'|''|{quote}{1,2}", "", Action::kQuotes},
    {"<<|>>", "", Action::kKeep},
    {"[+%&~|^\\\\\\S\u00AD\u2044]|\\G", "", Action::kKeep},
    {"&nbsp;|\\B+|\\O", "", Action::kSkip},
};

}  // namespace

std::span<const Rule> rules() { return kRules; }

NamedPatterns rule_names() {
  return {
      {"apos", "['\u0092\u2019]|&apos;"},
      {"quote",
       "[`"
       "\u0091\u0092\u0093\u0094\u2018\u2019\u201A\u201B\u201C\u201D\u201E\u201F\u2039\u203A\u00AB"
       "\u00BB]"},
      {"letter", "\\L|\\M|\u00AD|&[aeiouAEIOU](acute|grave|uml);"},
      {"alnum", "{letter}|\\D"},
      {"word", "{letter}({alnum})*([.!?]{letter}({alnum})*)*"},
      {"plain", "[A-Za-z\u00AD]*[A-MO-Za-mo-z]\u00AD*"},
      {"any_apos", "{apos}|[`\u0091\u2018\u201B]"},
      {"clitic", "{apos}([msdMSD]|re|ve|ll)"},
      {"negation", "n{any_apos}t"},
      {"apostrophe_word",
       "{apos}n{apos}?|[lLdDjJ]{apos}|Dunkin{apos}|somethin{apos}|ol{apos}|{apos}em|"
       "[A-HJ-XZn]{any_apos}\\L\\L\\L*|{apos}[2-9]0s|{apos}till?|"
       "\\L\\L*[aeiouyAEIOUY]{any_apos}[aeiouA-Z]\\L*|{apos}cause|cont'd\\.?|nor'easter|"
       "c'mon|e'er|s'mores|ev'ry|li'l|nat'l|O{any_apos}o"},
      {"url", "https?://[^ \t\n\"<>|(){}]+[^ \t\n\"<>|.!?(){},\\-]"},
      // In its second half ",-_" is a range, with digits and capitals: so the reference has it.
      {"bare_url",
       "(www\\.([^ \t\n\"<>|.!?(){},]+\\.)+[a-zA-Z]{2,4}|"
       "([^ \t\n\"`'<>|.!?(){},-_$]+\\.)+(com|net|org|edu))"
       "(/[^ \t\n\"<>|()]+[^ \t\n\"<>|.!?(){},\\-])?"},
      {"mail",
       "(<|&lt;)?[a-zA-Z0-9][^ \t\n\"<>|(){}\u00A0]*@([^ \t\n\"<>|(){}.\u00A0]+\\.)*"
       "[^ \t\n\"<>|(){}.\u00A0]+(>|&gt;)?"},
      {"name", "[A-Za-z][A-Za-z0-9_:.\\-]*"},
      {"tag",
       "<[!?][A-Za-z\\-][^>\n]*>|</{name} *>|"
       "<{name}( +{name}( *= *('[^'\n]*'|\"[^\"\n]*\"))?)* *(/ *)?>"},
      {"number", "\\D+|\\D*([.:,\u00AD\u066B\u066C]\\D+)+"},
      {"fraction", "(\\D{1,4}[\\- \u00A0])?\\D{1,4}(\\\\?/|\u2044)\\D{1,4}"},
      {"special_word",
       "-(RRB|LRB|RCB|LCB|RSB|LSB)-|C\\.D\\.s|pro-|anti-|C\\+\\+|[CcFf]#|Cap{apos}n|c{apos}est"},
      {"slash_word", "[A-Za-z0-9]+(-[A-Za-z]+){0,2}(\\\\?/[A-Za-z0-9]+(-[A-Za-z]+){0,2}){1,2}"},
      {"acronym",
       "[A-Za-z](\\.[A-Za-z])+|(Canada|Sino|Korean|EU|Japan|non)-U\\.S|"
       "U\\.S\\.-(U\\.K|U\\.S\\.S\\.R)"},
      {"title", kTitles},
      {"short_form", kShortForms},
      {"any", "[^~]|~"},
      {"sentence_start", kSentenceStarts},
      {"telephone",
       "(\\([0-9]{2,3}\\)[ \u00A0]?|(\\+\\+?)?([0-9]{2,4}[\\- \u00A0])?[0-9]{2,4}[\\- \u00A0])"
       "[0-9]{3,4}[\\- \u00A0]?[0-9]{3,5}|"
       "((\\+\\+?)?[0-9]{2,4}\\.)?[0-9]{2,4}\\.[0-9]{3,4}\\.[0-9]{3,5}"},
      {"mixed_word", "[A-Za-z0-9][A-Za-z0-9.,\u00AD]*(-([A-Za-z0-9\u00AD]+|{acronym}\\.))+"},
      {"elided", "([dDoOlL]{any_apos}[\\L\\D])?[\\L\\D]+"},
      {"hyphen_word", "{elided}([\\-_\u058A\u2010\u2011]{elided})*"},
      {"capitals", "[A-Z]+(([+&]|&amp;)[A-Z]+)+"},
      {"file_name", std::string("({alnum})+(\\.({alnum})+)*\\.(") + kFileEndings + ")"},
      {"smiley", "[<>]?[:;=][\\-o*']?[()DPdpO\\\\{@|\\[\\]]"},
      {"asian_smiley",
       "[\\-^x=~<>']_[\\-^x=~<>']|\\([\\-^x=~<>'][_.]?[\\-^x=~<>']\\)|"
       "\\([\\^x=~<>']-[\\^x=~<>'`]\\)"},
  };
}

}  // namespace lion::ptb
