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
    assert!(readme[start..end] == expected, "the table should be:\n\n{expected}");
}
