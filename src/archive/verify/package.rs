//! The Data Package: what datapackage.json says of each file is what the file is (Data Package v2).

use super::fault::{FaultCode, Faults};
use super::names;
use super::reading::Files;
use serde::Deserialize;
use std::collections::HashSet;
use std::io::Read;

/// The descriptor's name.
const NAME: &str = "datapackage.json";

/// The part of the descriptor that can be checked against files. Everything else in it is for people.
#[derive(Debug, Default, Deserialize)]
pub struct Package {
    #[serde(default)]
    pub(super) resources: Vec<Resource>,
}

/// One described file.
#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    pub(super) name: Option<String>,
    pub(super) path: Option<OneOrMany>,
    bytes: Option<u64>,
    hash: Option<String>,
    pub(super) schema: Option<SchemaOrPath>,
}

/// A Table Schema in place, or the path of one, which this program does not follow.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum SchemaOrPath {
    Schema(TableSchema),
    #[expect(dead_code, reason = "only told apart")]
    Path(String),
}

/// Table Schema v2, as far as rows can be checked by it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TableSchema {
    pub(super) fields: Vec<Field>,
    pub(super) primary_key: Option<OneOrMany>,
    #[serde(default)]
    pub(super) foreign_keys: Vec<ForeignKey>,
}

/// A column.
#[derive(Debug, Deserialize)]
pub(super) struct Field {
    pub(super) name: String,
}

/// A reference to rows of another table, or of the same if `resource` is absent or empty.
#[derive(Debug, Deserialize)]
pub(super) struct ForeignKey {
    pub(super) fields: OneOrMany,
    pub(super) reference: Reference,
}

/// What a foreign key points to.
#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    #[serde(default)]
    pub(super) resource: String,
    pub(super) fields: OneOrMany,
}

/// Data Package writes a list of one as the one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

impl Package {
    /// Reads the descriptor, up to a limit. Without one, an empty package.
    pub fn read(limit: u64, files: &Files<'_>, faults: &mut Faults) -> Package {
        if !files.tree().contains(NAME) {
            faults.add(FaultCode::PackageMissing, NAME, "absent");
            return Package::default();
        }
        let read = files.read(NAME, faults, |reader, _, faults| {
            match serde_json::from_reader::<_, Package>(reader.take(limit)) {
                Ok(package) => {
                    if package.resources.is_empty() {
                        faults.add(FaultCode::PackageSyntax, NAME, "no resources");
                    }
                    Ok(package)
                }
                Err(error) if error.is_io() => Err(error.into()),
                Err(error) => {
                    // Not the message itself: it can quote what stands there.
                    faults.add(
                        FaultCode::PackageSyntax,
                        NAME,
                        format!("line {}, column {}", error.line(), error.column()),
                    );
                    Ok(Package::default())
                }
            }
        });
        let package = read.unwrap_or_default();
        package.check(files, faults);
        package
    }

    /// Checks the resources by themselves and that their files exist.
    fn check(&self, files: &Files<'_>, faults: &mut Faults) {
        let (mut names, mut paths) = (HashSet::new(), HashSet::new());
        for (at, resource) in self.resources.iter().enumerate() {
            let lacks = [
                ("name", resource.name.is_none()),
                ("path", resource.path.is_none()),
                ("bytes", resource.bytes.is_none()),
                ("hash of SHA-256", resource.sha256().is_none()),
            ];
            for (what, _) in lacks.iter().filter(|(_, lacks)| *lacks) {
                faults.add(FaultCode::PackageResource, NAME, format!("resource {at} has no {what}"));
            }
            if resource.name.as_ref().is_some_and(|name| !names.insert(name)) {
                faults.add(FaultCode::PackageDuplicate, NAME, format!("the name of resource {at}"));
            }
            for path in resource.paths() {
                if let Some(reason) = names::escapes(path) {
                    faults.add(FaultCode::NameUnsafe, NAME, format!("the path of resource {at}: {reason}"));
                } else if !files.tree().contains(path) {
                    faults.add(FaultCode::PackageFileMissing, path, format!("described as resource {at}"));
                } else if !paths.insert(path) {
                    faults.add(FaultCode::PackageDuplicate, path, format!("the path of resource {at}"));
                }
            }
        }
    }

    /// Compares sizes and digests, and looks for files that nothing describes, when all files have been read.
    pub fn compare(&self, files: &Files<'_>, faults: &mut Faults) {
        let described: HashSet<&str> = self.resources.iter().flat_map(Resource::paths).map(String::as_str).collect();
        for resource in &self.resources {
            let [path] = resource.paths() else { continue };
            let Some(known) = files.known(path) else { continue };
            if let Some(bytes) = resource.bytes.filter(|bytes| *bytes != known.bytes) {
                let detail = format!("{} bytes, described are {bytes}", known.bytes);
                faults.add(FaultCode::PackageBytes, path, detail);
            }
            if resource.sha256().is_some_and(|hex| !files.is_sha256(&known, hex)) {
                faults.add(FaultCode::PackageSha256, path, "not as in datapackage.json");
            }
        }
        if self.resources.is_empty() {
            return;
        }
        for entry in files.tree().below("data/") {
            let name = entry.name;
            if !described.contains(name) && !mail_folder(name).is_some_and(|index| described.contains(index.as_str())) {
                faults.add(FaultCode::PackageUndescribed, name, "no resource");
            }
        }
    }
}

impl Resource {
    pub(super) fn paths(&self) -> &[String] {
        self.path.as_ref().map_or(&[], OneOrMany::as_slice)
    }

    /// The digits of the SHA-256; the specification takes a hash without a name for MD5.
    fn sha256(&self) -> Option<&str> {
        self.hash.as_deref()?.strip_prefix("sha256:")
    }
}

/// The folder.json that stands for an e-mail in a mail folder.
fn mail_folder(name: &str) -> Option<String> {
    let (folder, file) = name.rsplit_once('/')?;
    (folder.starts_with("data/mail/") && file.ends_with(".eml")).then(|| format!("{folder}/folder.json"))
}
