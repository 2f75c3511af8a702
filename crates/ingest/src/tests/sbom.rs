#[test]
fn overview() {
    for folder in ["cyclonedx", "spdx", "trivy", "defectdojo"] {
        for (name, bytes) in super::real::files(folder).unwrap() {
            let c = super::read(&bytes);
            let f = &c.reports[0].format;
            if folder == "cyclonedx" || folder == "spdx" || f.starts_with("cyc") || f.starts_with("spdx") {
                println!("{f:16} {:4} {:4} {:3} {name} {}", c.components.len(), c.findings.len(), c.vex.len(),
                    c.problems.iter().map(|p| format!("\n      {:?} {}", p.code, p.message.chars().take(150).collect::<String>())).collect::<String>());
            }
        }
    }
}
