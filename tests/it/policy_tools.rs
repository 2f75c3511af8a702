//! The tools of the policy: schema, show, diff.

use crate::repository::Repository;

#[test]
fn the_schema_is_the_committed_one() {
    let repository = Repository::new();
    let committed = include_str!("../../docs/schema/v1.json");
    assert!(repository.run(&["policy", "schema"]).stdout == committed);
    let committed = include_str!("../../docs/schema/v1.draft7.json");
    assert!(repository.run(&["policy", "schema", "--draft7"]).stdout == committed);
}
