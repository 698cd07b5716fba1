//! Keys in the JSON of a column that nobody classified: they stop the export of everybody whose rows have them
//! (requirements C2, C3).

use super::Remark;
use crate::controller::collection::JsonKeys;
use crate::controller::{Collection, Field, Format, RemarkCode};
use crate::normalize::unclassified_key;
use crate::stores::{StoreError, Stores};
use crate::subject::Finder;

/// One remark a column, with the first such key and how many rows have one.
pub(super) fn keys(collection: &Collection, stores: &Stores, remarks: &mut Vec<Remark>) -> Result<(), StoreError> {
    for (column, mapping) in collection.mappings() {
        let open = matches!(mapping.field, Field::Additional(_)) && mapping.keys != JsonKeys::All;
        if mapping.format != Some(Format::Json) || !open {
            continue;
        }
        let (mut count, mut first) = (0, None);
        stores.find(collection, &[], &[column], &mut |row| {
            let cell = row.cells.first().filter(|_| row.selected);
            let key = cell.and_then(|cell| unclassified_key(mapping, cell));
            count += u64::from(key.is_some());
            first = first.take().or(key);
            Ok(())
        })?;
        if let Some(key) = first {
            let message = format!(
                "{count} rows of the collection `{}` have keys in the JSON of the column `{column}` that nobody classified, such as `{key}`: name them in `keys` or in `secret_keys`, or keep the column out with a reason",
                collection.name
            );
            let remark = Remark::about(RemarkCode::UnclassifiedJsonKey, collection, message);
            remarks.push(Remark { column: Some(column.to_owned()), count: Some(count), ..remark });
        }
    }
    Ok(())
}
