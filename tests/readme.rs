//! README says what is true: its table of formats is the code's.

use spanscope::read::FORMATS;

#[test]
fn the_table_of_formats_is_the_codes() {
    let readme = include_str!("../README.md");
    let start = readme.find("<!-- formats:").expect("a mark before the table");
    let start = start + readme[start..].find("-->\n").expect("the mark ends") + 4;
    let end = readme.find("<!-- formats end -->").expect("a mark behind the table");
    let mut expected = String::from("| format | `format` option | comes from | what is read |\n|---|---|---|---|\n");
    for format in FORMATS {
        expected += &format!("| {} | `{}` | {} | {} |\n", format.name, format.id, format.produced_by, format.shapes);
    }
    if std::env::var_os("SPANSCOPE_WRITE").is_some() {
        let written = format!("{}{expected}{}", &readme[..start], &readme[end..]);
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), written).expect("a writable README");
        return;
    }
    assert!(readme[start..end] == expected, "the table should be (SPANSCOPE_WRITE=1 writes it):\n\n{expected}");
}
