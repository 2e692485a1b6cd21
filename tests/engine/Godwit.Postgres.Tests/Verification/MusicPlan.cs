using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Postgres.Tests.Verification;

/// <summary>A small plan with one of everything that the checks look at, under names that need their quotes.</summary>
internal static class MusicPlan
{
    public const string Schema = "Music \"live\"";

    public static MovePlan Plan { get; } = new()
    {
        Schema = Schema,
        SourceSchemaHash = "",
        NotMoved = [],
        Tables =
        [
            Table("Artist", [Identity("Id"), Text("Name") with { NotNull = true, Collation = "C" }, Text("Nick")], sequenceLast: 10) with
            {
                Uniques = [new KeyPlan("Artist_Name_key", [1]), new KeyPlan("Artist_Nick_key", [2]) { Expressions = ["lower(\"Nick\")"] }],
            },
            Table("Album", [
                Identity("Id"), Column("ArtistId", TargetType.Bigint, MappingKind.Integer), Column("Price", new TargetType(TypeName.Numeric, Precision: 10, Scale: 2), MappingKind.Number) with { DefaultSql = "0" },
                Column("Double", TargetType.Numeric, MappingKind.Number) with { GeneratedSql = "\"Price\" * 2" }, Column("Made", new TargetType(TypeName.Timestamp, Precision: 3), MappingKind.UnixMilliseconds),
                Column("Label", new TargetType(TypeName.Varchar, Length: 40), MappingKind.Text)], sequenceLast: 3) with
            {
                Checks = [new CheckPlan("Album_Price_check", "\"Price\" >= 0")],
                Indexes = [
                    new IndexPlan("Album_Artist", Unique: false, "\"ArtistId\" DESC NULLS LAST, \"Made\"", WhereSql: null),
                    new IndexPlan("Album_Label", Unique: true, "lower(\"Label\"), coalesce(\"ArtistId\", 0) DESC", "\"Label\" <> 'none'"),
                ],
                ForeignKeys = [new ForeignKeyPlan { Name = "Album_Artist_fkey", Columns = [1], Parent = "Artist", ParentColumns = ["Id"], OnDelete = "CASCADE", InitiallyDeferred = true }],
            },
            Table("Track", [Column("AlbumId", TargetType.Bigint, MappingKind.Integer), Column("Position", new TargetType(TypeName.Integer), MappingKind.Integer), Text("Title")], sequenceLast: null, key: [0, 1]),
            Table("Play", [Identity("Id"), Column("AlbumId", TargetType.Bigint, MappingKind.Integer), Column("Position", new TargetType(TypeName.Integer), MappingKind.Integer), Column("Guest", TargetType.Bigint, MappingKind.Integer)], sequenceLast: 4) with
            {
                ForeignKeys = [
                    new ForeignKeyPlan { Name = "Play_Track_fkey", Columns = [1, 2], Parent = "Track", ParentColumns = ["AlbumId", "Position"] },
                    new ForeignKeyPlan { Name = "Play_Guest_fkey", Columns = [3], Parent = "Artist", ParentColumns = ["Id"], Validate = false },
                ],
            },
        ],
        Views = [new ViewPlan("Dear", "Dear", ["Label", "Price"], $"SELECT \"Label\", \"Price\" FROM {Of("Album")} WHERE \"Price\" > 10")],
    };

    /// <summary>Rows that keep every rule but one: a guest that is nobody, which the plan accepts.</summary>
    public static string Rows { get; } = $"""
        INSERT INTO {Of("Artist")} VALUES (1, 'Ada', 'A'), (2, 'Ben', NULL), (7, 'Cyd', NULL);
        INSERT INTO {Of("Album")} VALUES (1, 1, 9.99, DEFAULT, '2024-01-01', 'one'), (2, 2, 12, DEFAULT, NULL, 'none'), (3, NULL, 0, DEFAULT, NULL, 'none');
        INSERT INTO {Of("Track")} VALUES (1, 1, 'x'), (1, 2, NULL), (2, 1, 'y');
        INSERT INTO {Of("Play")} VALUES (1, 1, 2, 99), (2, NULL, 5, 1), (3, 9, NULL, NULL), (4, 2, 1, NULL);
        """;

    public static string Of(string table) => Godwit.Model.Names.TargetName.Qualify(Schema, table);

    private static TablePlan Table(string name, ColumnPlan[] columns, long? sequenceLast, int[]? key = null) => new()
    {
        SourceName = name,
        TargetName = name,
        Columns = columns,
        HasRowId = true,
        KeyColumns = key ?? [0],
        PrimaryKey = new KeyPlan($"{name}_pkey", key ?? [0]),
        Uniques = [],
        Indexes = [],
        Checks = [],
        ForeignKeys = [],
        SequenceLast = sequenceLast,
        Rows = 0,
        Bytes = 0,
        Ranges = [],
    };

    private static ColumnPlan Identity(string name) => Column(name, TargetType.Bigint, MappingKind.Integer) with { Identity = true };

    private static ColumnPlan Text(string name) => Column(name, TargetType.Text, MappingKind.Text);

    private static ColumnPlan Column(string name, TargetType type, MappingKind mapping) => new()
    {
        SourceName = name,
        TargetName = name,
        DeclaredType = "",
        Affinity = Affinity.Blob,
        Type = type,
        Mapping = new ValueMapping(mapping),
        Reason = "",
    };
}
