//! Chapter 10: recommended schemas. 10.1 to 10.7 show tags; of the JSON schema's 10.8 the core schema reads more.

use super::{Example, Is};

pub(super) const EXAMPLES: &[Example] = &[
    (
        "10.1",
        "Block style: !!map\n  Clark : Evans\n  Ingy  : döt Net\n  Oren  : Ben-Kiki\n\nFlow style: !!map { Clark: Evans, Ingy: döt Net, Oren: Ben-Kiki }\n",
        Is(&[
            r#"{"Block style":{"Clark":"Evans","Ingy":"döt Net","Oren":"Ben-Kiki"},"Flow style":{"Clark":"Evans","Ingy":"döt Net","Oren":"Ben-Kiki"}}"#,
        ]),
    ),
    (
        "10.2",
        "Block style: !!seq\n- Clark Evans\n- Ingy döt Net\n- Oren Ben-Kiki\n\nFlow style: !!seq\n  [ Clark Evans, Ingy döt Net, Oren Ben-Kiki ]\n",
        Is(&[
            r#"{"Block style":["Clark Evans","Ingy döt Net","Oren Ben-Kiki"],"Flow style":["Clark Evans","Ingy döt Net","Oren Ben-Kiki"]}"#,
        ]),
    ),
    (
        "10.3",
        "Block style: !!str |-\n  String: just a theory.\n\nFlow style: !!str \"String: just a theory.\"\n",
        Is(&[r#"{"Block style":"String: just a theory.","Flow style":"String: just a theory."}"#]),
    ),
    (
        "10.4",
        "!!null null: value for null key\nkey with null value: !!null null\n",
        Is(&[r#"{null:"value for null key","key with null value":null}"#]),
    ),
    (
        "10.5",
        "YAML is a superset of JSON: !!bool true\nPluto is a planet: !!bool false\n",
        Is(&[r#"{"YAML is a superset of JSON":true,"Pluto is a planet":false}"#]),
    ),
    (
        "10.6",
        "negative: !!int -12\nzero: !!int 0\npositive: !!int 34\n",
        Is(&[r#"{"negative":-12,"zero":0,"positive":34}"#]),
    ),
    (
        "10.7",
        "negative: !!float -1\nzero: !!float 0\npositive: !!float 2.3e4\ninfinity: !!float .inf\nnot a number: !!float .nan\n",
        Is(&[r#"{"negative":-1.0,"zero":0.0,"positive":23000.0,"infinity":.inf,"not a number":.nan}"#]),
    ),
    (
        "10.8",
        "A null: null\nBooleans: [ true, false ]\nIntegers: [ 0, -0, 3, -19 ]\nFloats: [ 0., -0.0, 12e03, -2E+05 ]\nInvalid: [ True, Null,\n  0o7, 0x3A, +12.3 ]\n",
        Is(&[
            r#"{"A null":null,"Booleans":[true,false],"Integers":[0,0,3,-19],"Floats":[0.0,-0.0,12000.0,-200000.0],"Invalid":[true,null,7,58,12.3]}"#,
        ]),
    ),
    (
        "10.9",
        "A null: null\nAlso a null: # Empty\nNot a null: \"\"\nBooleans: [ true, True, false, FALSE ]\nIntegers: [ 0, 0o7, 0x3A, -19 ]\nFloats: [\n  0., -0.0, .5, +12e03, -2E+05 ]\nAlso floats: [\n  .inf, -.Inf, +.INF, .NAN ]\n",
        Is(&[
            r#"{"A null":null,"Also a null":null,"Not a null":"","Booleans":[true,true,false,false],"Integers":[0,7,58,-19],"Floats":[0.0,-0.0,0.5,12000.0,-200000.0],"Also floats":[.inf,-.inf,.inf,.nan]}"#,
        ]),
    ),
];
