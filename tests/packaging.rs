//! What goes with the program: the unit and the package name what there is, every dependency has its reason, and the
//! bill of materials names every crate that the lock file pins for the program.

mod common;

use common::{judges, root, scratch, strict, tool};
use std::collections::BTreeMap;
use std::process::Command;

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Cargo.toml as it is read.
fn manifest() -> toml::Table {
    text("Cargo.toml").parse().unwrap()
}

#[test]
fn every_dependency_has_its_reason_beside_it() {
    let (mut inside, mut dependencies) = (false, 0);
    for line in text("Cargo.toml").lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies]");
        } else if inside && line.contains('=') && !line.starts_with('#') {
            dependencies += 1;
            let reason = line.rsplit_once(" # ").map_or("", |(_, reason)| reason.trim());
            assert!(reason.len() > 5, "{line} says not what it is for");
        }
    }
    assert!(dependencies > 30, "{dependencies}");
}

#[test]
fn the_fuzzers_are_pinned_to_the_crates_that_art20_needs_today() {
    let lock: toml::Table = text("fuzz/Cargo.lock").parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    let art20 = packages.iter().find(|package| package["name"].as_str() == Some("art20")).unwrap();
    // `NAME`, or `NAME VERSION` where there are several.
    let pinned = art20["dependencies"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let pinned: Vec<&str> = pinned.map(|name| name.split(' ').next().unwrap()).collect();
    let manifest = manifest();
    let missing: Vec<&String> =
        manifest["dependencies"].as_table().unwrap().keys().filter(|name| !pinned.contains(&name.as_str())).collect();
    assert!(
        missing.is_empty(),
        "{missing:?}: let cargo write fuzz/Cargo.lock anew: cargo metadata --manifest-path fuzz/Cargo.toml"
    );
}

#[test]
fn the_unit_runs_a_command_line_that_art20_takes() {
    let unit = text("packaging/systemd/art20-batch@.service");
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/")).unwrap();
    let options = ["--recipient", "age1x", "--operator", "batch", "--passphrase-file", "/run/credentials/x/passphrase"];
    for options in [&options[..4], &options[4..], &[]] {
        let words = line.split(' ').filter(|word| *word != "$ART20_OPTIONS").chain(options.iter().copied());
        let taken = art20::cli::command().try_get_matches_from(words);
        assert!(taken.is_ok(), "{}", taken.unwrap_err());
    }
}

#[test]
fn systemd_takes_the_unit_and_finds_it_safe() {
    if !tool("systemd-analyze") {
        return;
    }
    let folder = scratch();
    let path = folder.path().join("art20-batch@.service");
    let unit = text("packaging/systemd/art20-batch@.service");
    let unit = unit.replace("/usr/bin/art20", env!("CARGO_BIN_EXE_art20"));
    // The manual page is there once the package is installed.
    std::fs::write(&path, unit.replace("Documentation=man:art20-batch(1)\n", "")).unwrap();
    let analyze = |arguments: &[&str]| {
        let output = Command::new("systemd-analyze").args(arguments).arg(&path).env("LC_ALL", "C").output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    };
    assert_eq!(analyze(&["verify"]), "");
    // In tenths of the exposure that it counts from 0 to 10.
    analyze(&["security", "--offline=yes", "--threshold=10", "--no-pager"]);
}

#[test]
fn the_package_names_files_that_there_are() {
    let manifest = manifest();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap();
    let script = text("packaging/deb.sh");
    for asset in assets {
        let source = asset[0].as_str().unwrap();
        let name = source.rsplit('/').next().unwrap();
        match source.strip_prefix("target/release/") {
            Some(built) => {
                assert!(built == "art20" || script.contains(name), "packaging/deb.sh does not make {source}");
            }
            None => {
                let folder = source.strip_suffix(name).unwrap();
                let ending = name.trim_start_matches('*');
                let names = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
                let found = names.filter(|found| found.to_str().unwrap().ends_with(ending)).count();
                assert!(found > 0, "{source}");
            }
        }
    }
    let targets: Vec<&str> = assets.iter().map(|asset| asset[1].as_str().unwrap()).collect();
    for shell in ["bash", "zsh", "fish"] {
        assert!(targets.iter().any(|target| target.contains(shell)), "{shell}");
    }
}

#[test]
fn the_package_says_its_version_and_the_whole_licence() {
    let first = format!("art20 ({}-1) ", env!("CARGO_PKG_VERSION"));
    assert!(text("packaging/changelog").starts_with(&first), "{first}");
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.trim().trim_start_matches('.').to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    };
    let (licence, copyright) = (text("LICENSE"), lines(&text("packaging/copyright")));
    // Debian brings the text of the Apache License itself.
    let mit = licence.split("====").find(|piece| piece.contains("MIT License\n\nCopyright")).unwrap();
    assert!(lines(mit).iter().skip(2).all(|line| copyright.contains(line)), "{mit}");
    assert!(copyright.iter().any(|line| line.contains("/usr/share/common-licenses/Apache-2.0")));
}

#[test]
fn the_bill_of_materials_names_every_crate_with_its_licence_and_checksum() {
    if !tool("python3") {
        return;
    }
    let made = Command::new(root().join("packaging/sbom.py")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let bill: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let components: BTreeMap<&str, &serde_json::Value> =
        bill["components"].as_array().unwrap().iter().map(|c| (c["name"].as_str().unwrap(), c)).collect();
    for component in components.values() {
        assert!(component["licenses"][0]["expression"].is_string(), "{component}");
        assert_eq!(component["hashes"][0]["content"].as_str().map(str::len), Some(64), "{component}");
    }
    let manifest = manifest();
    for name in manifest["dependencies"].as_table().unwrap().keys() {
        assert!(components.contains_key(name.as_str()), "{name}");
    }
    for name in manifest["dev-dependencies"].as_table().unwrap().keys() {
        assert!(!components.contains_key(name.as_str()), "{name} is only there for tests");
    }
    assert_eq!(bill["metadata"]["component"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_judge_of_cyclonedx_accepts_the_bill_of_materials_and_no_broken_one() {
    let python = judges().join("bin/python");
    let installed = |name: &str| {
        let tried = Command::new(&python).args(["-c", &format!("import {name}")]).output();
        tried.is_ok_and(|output| output.status.success())
    };
    if !installed("cyclonedx") {
        assert!(!strict(), "cyclonedx-python-lib is missing, and .ci/run installs it");
        println!("skipped: cyclonedx-python-lib is not installed");
        return;
    }
    let made = Command::new(root().join("packaging/sbom.py")).output().unwrap();
    let bill = String::from_utf8(made.stdout).unwrap();
    let folder = scratch();
    let path = folder.path().join("art20.cdx.json");
    let judged = |bill: &str| {
        std::fs::write(&path, bill).unwrap();
        let output = Command::new(&python).arg(root().join("tests/judges/bill.py")).arg(&path).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (accepted, said) = judged(&bill);
    assert!(accepted, "{said}");
    for (from, to) in [("\"SHA-256\"", "\"SHA\""), ("\"MIT\"", "\"Free Beer\""), ("/zip@", "/zap@")] {
        let broken = bill.replacen(from, to, 1);
        assert!(broken != bill && !judged(&broken).0, "{to}");
    }
}
