using Godwit.Engine.Backfill;
using Godwit.Model.Names;

namespace Godwit.Postgres.Backfill;

/// <summary>A column as the catalog has it.</summary>
/// <param name="Type">The type without its modifiers, for casts: an explicit cast to varchar(n) would cut what is too long, where writing refuses it.</param>
/// <param name="Compared">The type that a value is brought to before it is compared: with the modifiers that round, without those that cut.</param>
/// <param name="IsBytes">bytea, or a domain over it.</param>
/// <param name="BaseType">The type below a domain.</param>
/// <param name="HasPlainOrder">The type's operators are the system's, so that no search_path can change what &gt; means.</param>
internal sealed record TableColumn(string Name, string Type, string Compared, bool NotNull, bool IsGenerated, bool IsAlwaysIdentity, bool IsBytes, string BaseType, bool HasPlainOrder);

/// <summary>A unique index that can serve as a key: not partial, over plain columns, valid and immediate.</summary>
/// <param name="Collations">For each column the index's collation, qualified and quoted; null where the type has none.</param>
internal sealed record UniqueKey(string Name, bool IsPrimary, IReadOnlyList<string> Columns, IReadOnlyList<string?> Collations);

/// <summary>A table as the catalog has it.</summary>
internal sealed record TableShape(TableReference Reference, IReadOnlyDictionary<string, TableColumn> Columns, IReadOnlyList<UniqueKey> Keys, TableRights Rights)
{
    public string Sql => TargetName.Qualify(Reference.Schema, Reference.Name);
}

/// <summary>What the session's role may do with the table.</summary>
internal sealed record TableRights(bool Select, bool Insert, bool Update, bool Delete);
