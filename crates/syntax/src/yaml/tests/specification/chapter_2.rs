//! Chapter 2: the language overview.

use super::{Example, Is};

pub(super) const EXAMPLES: &[Example] = &[
    ("2.1", "- Mark McGwire\n- Sammy Sosa\n- Ken Griffey\n", Is(&[r#"["Mark McGwire","Sammy Sosa","Ken Griffey"]"#])),
    (
        "2.2",
        "hr:  65    # Home runs\navg: 0.278 # Batting average\nrbi: 147   # Runs Batted In\n",
        Is(&[r#"{"hr":65,"avg":0.278,"rbi":147}"#]),
    ),
    (
        "2.3",
        "american:\n- Boston Red Sox\n- Detroit Tigers\nnational:\n- New York Mets\n- Chicago Cubs\n",
        Is(&[r#"{"american":["Boston Red Sox","Detroit Tigers"],"national":["New York Mets","Chicago Cubs"]}"#]),
    ),
    (
        "2.4",
        "-\n  name: Mark McGwire\n  hr:   65\n  avg:  0.278\n-\n  name: Sammy Sosa\n  hr:   63\n  avg:  0.288\n",
        Is(&[r#"[{"name":"Mark McGwire","hr":65,"avg":0.278},{"name":"Sammy Sosa","hr":63,"avg":0.288}]"#]),
    ),
    (
        "2.5",
        "- [name        , hr, avg  ]\n- [Mark McGwire, 65, 0.278]\n- [Sammy Sosa  , 63, 0.288]\n",
        Is(&[r#"[["name","hr","avg"],["Mark McGwire",65,0.278],["Sammy Sosa",63,0.288]]"#]),
    ),
    (
        "2.6",
        "Mark McGwire: {hr: 65, avg: 0.278}\nSammy Sosa: {\n    hr: 63,\n    avg: 0.288,\n }\n",
        Is(&[r#"{"Mark McGwire":{"hr":65,"avg":0.278},"Sammy Sosa":{"hr":63,"avg":0.288}}"#]),
    ),
    (
        "2.7",
        "# Ranking of 1998 home runs\n---\n- Mark McGwire\n- Sammy Sosa\n- Ken Griffey\n\n# Team ranking\n---\n- Chicago Cubs\n- St Louis Cardinals\n",
        Is(&[r#"["Mark McGwire","Sammy Sosa","Ken Griffey"]"#, r#"["Chicago Cubs","St Louis Cardinals"]"#]),
    ),
    (
        "2.8",
        "---\ntime: 20:03:20\nplayer: Sammy Sosa\naction: strike (miss)\n...\n---\ntime: 20:03:47\nplayer: Sammy Sosa\naction: grand slam\n...\n",
        Is(&[
            r#"{"time":"20:03:20","player":"Sammy Sosa","action":"strike (miss)"}"#,
            r#"{"time":"20:03:47","player":"Sammy Sosa","action":"grand slam"}"#,
        ]),
    ),
    (
        "2.9",
        "---\nhr: # 1998 hr ranking\n- Mark McGwire\n- Sammy Sosa\n# 1998 rbi ranking\nrbi:\n- Sammy Sosa\n- Ken Griffey\n",
        Is(&[r#"{"hr":["Mark McGwire","Sammy Sosa"],"rbi":["Sammy Sosa","Ken Griffey"]}"#]),
    ),
    (
        "2.10",
        "---\nhr:\n- Mark McGwire\n# Following node labeled SS\n- &SS Sammy Sosa\nrbi:\n- *SS # Subsequent occurrence\n- Ken Griffey\n",
        Is(&[r#"{"hr":["Mark McGwire","Sammy Sosa"],"rbi":["Sammy Sosa","Ken Griffey"]}"#]),
    ),
    (
        "2.11",
        "? - Detroit Tigers\n  - Chicago cubs\n: - 2001-07-23\n\n? [ New York Yankees,\n    Atlanta Braves ]\n: [ 2001-07-02, 2001-08-12,\n    2001-08-14 ]\n",
        Is(&[
            r#"{["Detroit Tigers","Chicago cubs"]:["2001-07-23"],["New York Yankees","Atlanta Braves"]:["2001-07-02","2001-08-12","2001-08-14"]}"#,
        ]),
    ),
    (
        "2.12",
        "---\n# Products purchased\n- item    : Super Hoop\n  quantity: 1\n- item    : Basketball\n  quantity: 4\n- item    : Big Shoes\n  quantity: 1\n",
        Is(&[
            r#"[{"item":"Super Hoop","quantity":1},{"item":"Basketball","quantity":4},{"item":"Big Shoes","quantity":1}]"#,
        ]),
    ),
    ("2.13", "# ASCII Art\n--- |\n  \\//||\\/||\n  // ||  ||__\n", Is(&[r#""\\//||\\/||\n// ||  ||__\n""#])),
    (
        "2.14",
        "--- >\n  Mark McGwire's\n  year was crippled\n  by a knee injury.\n",
        Is(&[r#""Mark McGwire's year was crippled by a knee injury.\n""#]),
    ),
    (
        "2.15",
        "--- >\n Sammy Sosa completed another\n fine season with great stats.\n\n   63 Home Runs\n   0.288 Batting Average\n\n What a year!\n",
        Is(&[
            r#""Sammy Sosa completed another fine season with great stats.\n\n  63 Home Runs\n  0.288 Batting Average\n\nWhat a year!\n""#,
        ]),
    ),
    (
        "2.16",
        "name: Mark McGwire\naccomplishment: >\n  Mark set a major league\n  home run record in 1998.\nstats: |\n  65 Home Runs\n  0.278 Batting Average\n",
        Is(&[
            r#"{"name":"Mark McGwire","accomplishment":"Mark set a major league home run record in 1998.\n","stats":"65 Home Runs\n0.278 Batting Average\n"}"#,
        ]),
    ),
    (
        "2.17",
        "unicode: \"Sosa did fine.\\u263A\"\ncontrol: \"\\b1998\\t1999\\t2000\\n\"\nhex esc: \"\\x0d\\x0a is \\r\\n\"\n\nsingle: '\"Howdy!\" he cried.'\nquoted: ' # Not a ''comment''.'\ntie-fighter: '|\\-*-/|'\n",
        Is(&[
            r#"{"unicode":"Sosa did fine.☺","control":"\u00081998\t1999\t2000\n","hex esc":"\r\n is \r\n","single":"\"Howdy!\" he cried.","quoted":" # Not a 'comment'.","tie-fighter":"|\\-*-/|"}"#,
        ]),
    ),
    (
        "2.18",
        "plain:\n  This unquoted scalar\n  spans many lines.\n\nquoted: \"So does this\n  quoted scalar.\\n\"\n",
        Is(&[r#"{"plain":"This unquoted scalar spans many lines.","quoted":"So does this quoted scalar.\n"}"#]),
    ),
    (
        "2.19",
        "canonical: 12345\ndecimal: +12,345\noctal: 0o14\nhexadecimal: 0xC\n",
        Is(&[r#"{"canonical":12345,"decimal":"+12,345","octal":12,"hexadecimal":12}"#]),
    ),
    (
        "2.20",
        "canonical: 1.23015e+3\nexponential: 12.3015e+02\nfixed: 1230.15\nnegative infinity: -.inf\nnot a number: .nan\n",
        Is(&[
            r#"{"canonical":1230.15,"exponential":1230.15,"fixed":1230.15,"negative infinity":-.inf,"not a number":.nan}"#,
        ]),
    ),
    (
        "2.21",
        "null:\nbooleans: [ true, false ]\nstring: '012345'\n",
        Is(&[r#"{null:null,"booleans":[true,false],"string":"012345"}"#]),
    ),
    (
        "2.22",
        "canonical: 2001-12-15T02:59:43.1Z\niso8601: 2001-12-14t21:59:43.10-05:00\nspaced: 2001-12-14 21:59:43.10 -5\ndate: 2002-12-14\n",
        Is(&[
            r#"{"canonical":"2001-12-15T02:59:43.1Z","iso8601":"2001-12-14t21:59:43.10-05:00","spaced":"2001-12-14 21:59:43.10 -5","date":"2002-12-14"}"#,
        ]),
    ),
    (
        "2.23",
        "---\nnot-date: !!str 2002-04-28\n\npicture: !!binary |\n R0lGODlhDAAMAIQAAP//9/X\n 17unp5WZmZgAAAOfn515eXv\n\napplication specific tag: !something |\n The semantics of the tag\n above may be different for\n different documents.\n",
        Is(&[
            r#"{"not-date":"2002-04-28","picture":"R0lGODlhDAAMAIQAAP//9/X\n17unp5WZmZgAAAOfn515eXv\n","application specific tag":"The semantics of the tag\nabove may be different for\ndifferent documents.\n"}"#,
        ]),
    ),
    (
        "2.24",
        "%TAG ! tag:clarkevans.com,2002:\n--- !shape\n  # Use the ! handle for presenting\n  # tag:clarkevans.com,2002:circle\n- !circle\n  center: &ORIGIN {x: 73, y: 129}\n  radius: 7\n- !line\n  start: *ORIGIN\n  finish: { x: 89, y: 102 }\n- !label\n  start: *ORIGIN\n  color: 0xFFEEBB\n  text: Pretty vector drawing.\n",
        Is(&[
            r#"[{"center":{"x":73,"y":129},"radius":7},{"start":{"x":73,"y":129},"finish":{"x":89,"y":102}},{"start":{"x":73,"y":129},"color":16772795,"text":"Pretty vector drawing."}]"#,
        ]),
    ),
    (
        "2.25",
        "# Sets are represented as a\n# Mapping where each key is\n# associated with a null value\n--- !!set\n? Mark McGwire\n? Sammy Sosa\n? Ken Griffey\n",
        Is(&[r#"{"Mark McGwire":null,"Sammy Sosa":null,"Ken Griffey":null}"#]),
    ),
    (
        "2.26",
        "# Ordered maps are represented as\n# A sequence of mappings, with\n# each mapping having one key\n--- !!omap\n- Mark McGwire: 65\n- Sammy Sosa: 63\n- Ken Griffey: 58\n",
        Is(&[r#"[{"Mark McGwire":65},{"Sammy Sosa":63},{"Ken Griffey":58}]"#]),
    ),
    (
        "2.27",
        "--- !<tag:clarkevans.com,2002:invoice>\ninvoice: 34843\ndate   : 2001-01-23\nbill-to: &id001\n  given  : Chris\n  address:\n    lines: |\n      458 Walkman Dr.\n      Suite #292\n    postal  : 48046\nship-to: *id001\nproduct:\n- sku         : BL394D\n  price       : 450.00\n- sku         : BL4438H\n  quantity    : 1\ntax  : 251.42\ncomments:\n  Late afternoon is best.\n  Backup contact is Nancy\n  Billsmer @ 338-4338.\n",
        Is(&[
            r#"{"invoice":34843,"date":"2001-01-23","bill-to":{"given":"Chris","address":{"lines":"458 Walkman Dr.\nSuite #292\n","postal":48046}},"ship-to":{"given":"Chris","address":{"lines":"458 Walkman Dr.\nSuite #292\n","postal":48046}},"product":[{"sku":"BL394D","price":450.0},{"sku":"BL4438H","quantity":1}],"tax":251.42,"comments":"Late afternoon is best. Backup contact is Nancy Billsmer @ 338-4338."}"#,
        ]),
    ),
    (
        "2.28",
        "---\nTime: 2001-11-23 15:01:42 -5\nUser: ed\nWarning:\n  This is an error message\n  for the log file\n---\nTime: 2001-11-23 15:02:31 -5\nUser: ed\nWarning:\n  A slightly different error\n  message.\n---\nDate: 2001-11-23 15:03:17 -5\nUser: ed\nFatal:\n  Unknown variable \"bar\"\nStack:\n- file: TopClass.py\n  line: 23\n  code: |\n    x = MoreObject(\"345\\n\")\n- file: MoreClass.py\n  line: 58\n  code: |-\n    foo = bar\n",
        Is(&[
            r#"{"Time":"2001-11-23 15:01:42 -5","User":"ed","Warning":"This is an error message for the log file"}"#,
            r#"{"Time":"2001-11-23 15:02:31 -5","User":"ed","Warning":"A slightly different error message."}"#,
            r#"{"Date":"2001-11-23 15:03:17 -5","User":"ed","Fatal":"Unknown variable \"bar\"","Stack":[{"file":"TopClass.py","line":23,"code":"x = MoreObject(\"345\\n\")\n"},{"file":"MoreClass.py","line":58,"code":"foo = bar"}]}"#,
        ]),
    ),
];
