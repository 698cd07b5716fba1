//! The tables of a database. `information_schema` does not show what a role may not touch, so a new table could hide
//! from the default deny (law 2); the catalogues of `pg_catalog`, which every engine of this protocol keeps, hide none.

use super::column::{Column, Compared, Described, quoted};
use crate::stores::snapshot::Table;
use postgres::Row;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};

/// Every table, view and foreign table but the system's own and those that belong to an extension.
pub(super) const RELATIONS: &str = "
    SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, c.relispartition, c.relrowsecurity,
           coalesce(has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'), false),
           coalesce(has_any_column_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'), false)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
      AND left(n.nspname::text, 3) <> 'pg_' AND n.nspname NOT IN ('information_schema', 'crdb_internal')
      AND NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY n.nspname, c.relname";
/// The first schema of the search path, whose tables need not name it.
pub(super) const FIRST_SCHEMA: &str = "SELECT current_schema()::text, current_setting('server_encoding')";
/// Columns, generated ones too, in their order.
pub(super) const COLUMNS: &str = "
    SELECT attrelid, attname::text, atttypid FROM pg_catalog.pg_attribute
    WHERE attrelid = ANY ($1::oid[]) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum";
/// Types.
pub(super) const TYPES: &str = "
    SELECT t.oid, n.nspname::text, t.typname::text, t.typtype::text, t.typbasetype, t.typelem <> 0 AND t.typlen = -1
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype <> 'c' OR t.oid IN (SELECT atttypid FROM pg_catalog.pg_attribute WHERE attrelid = ANY ($1::oid[]))";
/// The first column of every index that can look up a value, and whether it alone is the primary key.
pub(super) const INDEXES: &str = "
    SELECT i.indrelid, a.attname::text, i.indisprimary AND i.indnatts = 1
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
    WHERE i.indrelid = ANY ($1::oid[]) AND i.indisvalid AND i.indpred IS NULL
      AND coalesce(m.amname::text, '') NOT IN ('gin', 'gist', 'spgist', 'brin', 'inverted')";
/// Tables that are not stored where they were when the snapshot was taken: rewritten, or emptied by TRUNCATE.
pub(super) const REWRITTEN: &str = "
    SELECT oid FROM pg_catalog.pg_class
    WHERE oid = ANY ($1::oid[]) AND relfilenode <> 0 AND relfilenode IS DISTINCT FROM pg_relation_filenode(oid)";
/// The columns of a table with their declared types and their places in the primary key, in their order.
pub(super) const DECLARED: &str = "
    SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod)::text,
           coalesce(array_position(k.conkey, a.attnum), 0)::int8
    FROM pg_catalog.pg_attribute a
    LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'p'
    WHERE a.attrelid = $1::int8::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
/// The foreign keys of a table, one pair of columns a row.
pub(super) const REFERENCES: &str = "
    SELECT k.oid, k.confrelid, a.attname::text, f.attname::text
    FROM (SELECT oid, conrelid, confrelid, unnest(conkey) AS own, unnest(confkey) AS other
          FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid = $1::int8::oid) k
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.own
    JOIN pg_catalog.pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = k.other
    ORDER BY k.oid, a.attnum";
/// Which table is a part of which.
pub(super) const PARTS: &str = "SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits";

/// A relation as the catalogue lists it.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) oid: u32,
    pub(super) schema: String,
    pub(super) name: String,
    /// `relkind`: `r` table, `p` partitioned table, `f` foreign table, `v` view, `m` materialized view.
    pub(super) kind: String,
    pub(super) is_partition: bool,
    pub(super) row_security: bool,
    pub(super) readable: bool,
    /// At least one column may be read.
    pub(super) readable_in_part: bool,
}

impl Listed {
    /// Reads a row of [`RELATIONS`].
    pub(super) fn read(row: &Row) -> Result<Listed, postgres::Error> {
        Ok(Listed {
            oid: row.try_get(0)?,
            schema: row.try_get(1)?,
            name: row.try_get(2)?,
            kind: row.try_get(3)?,
            is_partition: row.try_get(4)?,
            row_security: row.try_get(5)?,
            readable: row.try_get(6)?,
            readable_in_part: row.try_get(7)?,
        })
    }

    /// Its name in SQL.
    pub(super) fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }

    /// Whether one of these names, as the configuration writes them, may be its own.
    pub(super) fn is_among(&self, names: &HashSet<String>) -> bool {
        let full = format!("{}.{}", self.schema, self.name);
        [&self.name, &full, &self.quoted()].into_iter().any(|name| names.contains(name))
    }

    /// Whether it can be locked against being rewritten or emptied under the run.
    pub(super) fn can_be_locked(&self) -> bool {
        self.readable && matches!(self.kind.as_str(), "r" | "p") && !self.is_partition
    }

    /// Whether it is kept from being rewritten or emptied as soon as it is asked for anything: a table of which only
    /// some columns may be read, and what a view shows.
    pub(super) fn can_be_touched(&self) -> bool {
        self.readable_in_part && matches!(self.kind.as_str(), "r" | "p" | "v" | "m") && !self.is_partition
    }
}

/// What is known of a table beyond what the other rooms know of it.
#[derive(Debug)]
pub(super) struct Relation {
    /// Its number in the catalogue.
    pub(super) oid: u32,
    /// Its name in SQL.
    pub(super) sql_name: String,
    /// What stands after FROM.
    pub(super) from: String,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// Policies may hide its rows.
    pub(super) row_security: bool,
    /// How many rows to read at once, so that neither many small ones take long nor large ones much memory.
    pub(super) at_once: Cell<usize>,
}

impl Relation {
    /// The column of this name.
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// The answers to the questions above.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) relations: Vec<Listed>,
    pub(super) first_schema: Option<String>,
    /// By relation: (name, type).
    pub(super) columns: HashMap<u32, Vec<(String, u32)>>,
    /// By number: the type, and the one that it is a domain over.
    pub(super) types: HashMap<u32, (Described, u32)>,
    /// By relation: (column, whether it alone is the primary key).
    pub(super) indexes: HashMap<u32, Vec<(String, bool)>>,
    /// By part: the wholes.
    pub(super) wholes: HashMap<u32, Vec<u32>>,
}

impl Answers {
    /// The tables, each under its full name.
    pub(super) fn tables(&self) -> Vec<(Table, Relation)> {
        let alone = self.read_alone();
        let inherited: HashSet<u32> = self.wholes.values().flatten().copied().collect();
        let mut taken: HashSet<String> = HashSet::new();
        let in_first = |listed: &&Listed| Some(&listed.schema) == self.first_schema.as_ref();
        let (first, others): (Vec<&Listed>, Vec<&Listed>) = self.relations.iter().partition(in_first);
        let mut tables = Vec::new();
        for listed in first.into_iter().chain(others).filter(|listed| !self.is_part(listed, &alone)) {
            let name = match in_first(&listed) {
                true => listed.name.clone(),
                false => format!("{}.{}", listed.schema, listed.name),
            };
            // A dot may also stand in a name; then two tables would have the same.
            let name = if taken.contains(&name) { listed.quoted() } else { name };
            taken.insert(name.clone());
            // The keys of tables that inherit are unique one by one; those of partitioned ones, as a whole.
            let alone = alone.contains(&listed.oid);
            let keys_hold = alone || listed.kind == "p" || !inherited.contains(&listed.oid);
            tables.push(self.table(listed, name, alone, keys_hold));
        }
        tables
    }

    fn table(&self, listed: &Listed, name: String, alone: bool, keys_hold: bool) -> (Table, Relation) {
        let own = self.columns.get(&listed.oid).into_iter().flatten();
        let columns: Vec<Column> =
            own.map(|(name, number)| Column::new(name.clone(), self.described(*number))).collect();
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let mut row_number = None;
        let mut indexed: Vec<String> = Vec::new();
        for (column, is_key) in self.indexes.get(&listed.oid).into_iter().flatten() {
            let whole_number = columns.iter().any(|c| c.name == *column && c.compared == Compared::Whole);
            if *is_key && keys_hold && whole_number {
                row_number = Some(column.clone());
            }
            indexed.push(column.clone());
        }
        // Which indexes there are is known only where a foreign table really is.
        if listed.kind == "f" {
            indexed.clone_from(&names);
        }
        let from = if alone && listed.kind == "r" { format!("ONLY {}", listed.quoted()) } else { listed.quoted() };
        let relation = Relation {
            oid: listed.oid,
            sql_name: listed.quoted(),
            from,
            columns,
            row_security: listed.row_security,
            at_once: Cell::new(super::query::FIRST),
        };
        let is_view = matches!(listed.kind.as_str(), "v" | "m");
        let (row_name, further) = (None, &[]);
        (Table { name, columns: names, is_view, row_name, row_number, indexed, in_pieces: true, further }, relation)
    }

    /// A type, through however many domains; one that is not known is read as text.
    fn described(&self, number: u32) -> Option<&Described> {
        let mut described = self.types.get(&number);
        for _ in 0..self.types.len() {
            match described {
                Some((domain, over)) if domain.sort == "d" => described = self.types.get(over),
                _ => break,
            }
        }
        described.map(|(described, _)| described)
    }

    /// Whether a relation is read with the one that it is a part of.
    fn is_part(&self, listed: &Listed, alone: &HashSet<u32>) -> bool {
        listed.is_partition
            || self.wholes.get(&listed.oid).is_some_and(|wholes| !wholes.iter().any(|whole| alone.contains(whole)))
    }

    /// The tables of every family of inheritance in which one has columns of its own: these would be lost if the family
    /// were read as one table.
    fn read_alone(&self) -> HashSet<u32> {
        let partitions: HashSet<u32> = self.relations.iter().filter(|r| r.is_partition).map(|r| r.oid).collect();
        let pairs = self.wholes.iter().flat_map(|(part, wholes)| wholes.iter().map(|whole| (*part, *whole)));
        let pairs: Vec<(u32, u32)> = pairs.filter(|(part, _)| !partitions.contains(part)).collect();
        let width = |oid: &u32| self.columns.get(oid).map_or(0, Vec::len);
        // A part has every column of its whole, so more of them are its own.
        let mut alone: HashSet<u32> =
            pairs.iter().filter(|(part, whole)| width(part) != width(whole)).map(|(_, whole)| *whole).collect();
        loop {
            let before = alone.len();
            for (part, whole) in &pairs {
                if alone.contains(part) || alone.contains(whole) {
                    alone.extend([*part, *whole]);
                }
            }
            if alone.len() == before {
                return alone;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(oid: u32, schema: &str, name: &str, kind: &str) -> Listed {
        let (schema, name, kind) = (schema.to_owned(), name.to_owned(), kind.to_owned());
        Listed {
            oid,
            schema,
            name,
            kind,
            is_partition: false,
            row_security: false,
            readable: true,
            readable_in_part: true,
        }
    }

    fn names(answers: &Answers) -> Vec<(String, String)> {
        answers.tables().into_iter().map(|(table, relation)| (table.name, relation.from)).collect()
    }

    fn pair(name: &str, from: &str) -> (String, String) {
        (name.to_owned(), from.to_owned())
    }

    #[test]
    fn a_table_outside_the_first_schema_names_its_schema_and_no_two_have_one_name() {
        let relations = vec![listed(1, "a", "b", "r"), listed(2, "public", "a.b", "r"), listed(3, "public", "b", "v")];
        let answers = Answers { relations, first_schema: Some("public".into()), ..Answers::default() };
        let expected =
            [pair("a.b", "\"public\".\"a.b\""), pair("b", "\"public\".\"b\""), pair("\"a\".\"b\"", "\"a\".\"b\"")];
        assert_eq!(names(&answers), expected);
    }

    #[test]
    fn parts_are_read_with_the_whole_unless_one_of_the_family_has_more_columns() {
        let relations = vec![listed(1, "s", "whole", "r"), listed(2, "s", "part", "r"), listed(3, "s", "other", "r")];
        let columns = |width: usize| (0..width).map(|n| (n.to_string(), 25)).collect::<Vec<_>>();
        let mut answers = Answers {
            relations,
            first_schema: Some("s".into()),
            columns: HashMap::from([(1, columns(1)), (2, columns(1)), (3, columns(1))]),
            wholes: HashMap::from([(2, vec![1]), (3, vec![1])]),
            ..Answers::default()
        };
        assert_eq!(names(&answers), [pair("whole", "\"s\".\"whole\"")]);
        answers.columns.insert(3, columns(2));
        let alone = |name: &str| pair(name, &format!("ONLY \"s\".\"{name}\""));
        assert_eq!(names(&answers), [alone("whole"), alone("part"), alone("other")]);
    }
}
