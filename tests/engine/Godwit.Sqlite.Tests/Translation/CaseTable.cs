using Godwit.Model.Values;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Tests.Translation;

/// <summary>One table with a column of every mapping, the same rows for SQLite and for PostgreSQL.</summary>
public static class CaseTable
{
    public static IReadOnlyList<string> SqliteSetup { get; } =
    [
        """
        CREATE TABLE cases(id INTEGER PRIMARY KEY, i INTEGER, j INTEGER, r REAL, n NUMERIC, t TEXT, u TEXT, c TEXT COLLATE NOCASE, s TEXT COLLATE RTRIM, flag TEXT, b BOOLEAN,
          d DATE, dt TEXT, ts DATETIME, tt TEXT, tz TEXT, tm TEXT, ux INTEGER, ms INTEGER, g TEXT, x BLOB, dec TEXT, w TEXT)
        """,
        "INSERT INTO cases VALUES (1, 3, 2, 1.5, 14, 'Abc', ' pad ', 'Foo', 'x', '0', 1, '1997-01-01', '1997-01-01', '1997-01-01 00:00:00.000', '1997-01-01T00:00:00Z', '1997-01-01 00:00:00', '00:00:00', 852076800, 852076800000, '00000000-0000-4000-8000-0000000000ff', x'00FF', '1.5', 't')",
        "INSERT INTO cases VALUES (2, -7, 3, -2.5, 2.5, 'abc', 'b', 'foo', 'x  ', '1', 0, '1996-12-31', '1997-12-31', '1996-12-31 23:59:59.999', '1996-12-31T23:59:59Z', '1997-01-01 00:00:00.500000', '12:30:00', 852076799, 852076799999, 'ffffffff-0000-4000-8000-000000000000', x'', '-0.25', 'f')",
        "INSERT INTO cases VALUES (3, 0, 2, 0.0, 7, 'äB', '10', 'BAR', 'y', '1', 1, '1997-12-31', '1998-05-06', '1997-12-31 00:00:00.000', '1997-12-31T00:00:00Z', '1997-06-15 12:30:00.000001', '23:59:59', 0, 0, '5fffffff-aaaa-4bbb-8ccc-dddddddddddd', x'61', '100.0', 't')",
        "INSERT INTO cases(id) VALUES (4)",
        "INSERT INTO cases VALUES (5, 100, -4, 0.5, -3, '', '9', 'Ä', '', '0', 0, '2024-02-29', '1900-01-01', '2024-02-29 12:34:56.789', '2024-02-29T12:34:56Z', '2024-02-29 12:34:56.789012', '12:34:56', 1709210096, 1709210096789, '6fffffff-aaaa-4bbb-8ccc-dddddddddddd', x'FF00', '0.0', 'f')",
        "INSERT INTO cases VALUES (6, 9223372036854775807, 10, 4503599627370497.5, 0.1, '100%_x\\y', 'A', 'ä', ' z ', '0', 1, '1997-06-30', '1997-06-30', '1997-06-30 23:00:00.010', '1997-06-30T23:00:00Z', '1996-01-31 01:02:03', '01:02:03', -1, -1, 'a0000000-aaaa-4bbb-8ccc-dddddddddddd', x'0A', '12.34', 't')",
    ];

    /// <param name="schema">The schema's name in double quotes.</param>
    public static IReadOnlyList<string> PostgresSetup(string schema) =>
    [
        $"""
        CREATE TABLE {schema}."cases"("id" bigint PRIMARY KEY, "i" bigint, "j" bigint, "r" double precision, "n" numeric, "t" text COLLATE "C", "u" text COLLATE "C", "c" text COLLATE "C", "s" text COLLATE "C", "flag" text COLLATE "C", "b" boolean,
          "d" date, "dt" date, "ts" timestamp(3), "tt" timestamptz, "tz" timestamp, "tm" time, "ux" timestamptz, "ms" timestamp(3), "g" uuid, "x" bytea, "dec" numeric, "w" boolean)
        """,
        $@"INSERT INTO {schema}.""cases"" VALUES (1, 3, 2, 1.5, 14, 'Abc', ' pad ', 'Foo', 'x', '0', true, '1997-01-01', '1997-01-01', '1997-01-01 00:00:00.000', '1997-01-01T00:00:00Z', '1997-01-01 00:00:00', '00:00:00', to_timestamp(852076800), '1997-01-01 00:00:00', '00000000-0000-4000-8000-0000000000ff', '\x00FF', '1.5', true)",
        $@"INSERT INTO {schema}.""cases"" VALUES (2, -7, 3, -2.5, 2.5, 'abc', 'b', 'foo', 'x  ', '1', false, '1996-12-31', '1997-12-31', '1996-12-31 23:59:59.999', '1996-12-31T23:59:59Z', '1997-01-01 00:00:00.500000', '12:30:00', to_timestamp(852076799), '1996-12-31 23:59:59.999', 'ffffffff-0000-4000-8000-000000000000', '\x', '-0.25', false)",
        $@"INSERT INTO {schema}.""cases"" VALUES (3, 0, 2, 0.0, 7, 'äB', '10', 'BAR', 'y', '1', true, '1997-12-31', '1998-05-06', '1997-12-31 00:00:00.000', '1997-12-31T00:00:00Z', '1997-06-15 12:30:00.000001', '23:59:59', to_timestamp(0), '1970-01-01 00:00:00', '5fffffff-aaaa-4bbb-8ccc-dddddddddddd', '\x61', '100.0', true)",
        $@"INSERT INTO {schema}.""cases""(""id"") VALUES (4)",
        $@"INSERT INTO {schema}.""cases"" VALUES (5, 100, -4, 0.5, -3, '', '9', 'Ä', '', '0', false, '2024-02-29', '1900-01-01', '2024-02-29 12:34:56.789', '2024-02-29T12:34:56Z', '2024-02-29 12:34:56.789012', '12:34:56', to_timestamp(1709210096), '2024-02-29 12:34:56.789', '6fffffff-aaaa-4bbb-8ccc-dddddddddddd', '\xFF00', '0.0', false)",
        $@"INSERT INTO {schema}.""cases"" VALUES (6, 9223372036854775807, 10, 4503599627370497.5, 0.1, '100%_x\y', 'A', 'ä', ' z ', '0', true, '1997-06-30', '1997-06-30', '1997-06-30 23:00:00.010', '1997-06-30T23:00:00Z', '1996-01-31 01:02:03', '01:02:03', to_timestamp(-1), '1969-12-31 23:59:59.999', 'a0000000-aaaa-4bbb-8ccc-dddddddddddd', '\x0A', '12.34', true)",
    ];

    public static TypedRelation Relation { get; } = new("cases", "cases",
    [
        Column("id", TargetType.Bigint, MappingKind.Integer, Affinity.Integer) with { NotNull = true },
        Column("i", TargetType.Bigint, MappingKind.Integer, Affinity.Integer),
        Column("j", TargetType.Bigint, MappingKind.Integer, Affinity.Integer),
        Column("r", TargetType.DoublePrecision, MappingKind.Real, Affinity.Real),
        Column("n", TargetType.Numeric, MappingKind.Number, Affinity.Numeric),
        Column("t", TargetType.Text, MappingKind.Text, Affinity.Text),
        Column("u", TargetType.Text, MappingKind.Text, Affinity.Text),
        Column("c", TargetType.Text, MappingKind.Text, Affinity.Text) with { Collation = "NOCASE" },
        Column("s", TargetType.Text, MappingKind.Text, Affinity.Text) with { Collation = "RTRIM" },
        Column("flag", TargetType.Text, MappingKind.Text, Affinity.Text),
        Column("b", TargetType.Boolean, MappingKind.BooleanInteger, Affinity.Numeric),
        Column("d", TargetType.Date, MappingKind.DateText, Affinity.Numeric),
        Column("dt", TargetType.Date, MappingKind.DateText, Affinity.Text),
        Column("ts", new TargetType(TypeName.Timestamp, Precision: 3), new ValueMapping(MappingKind.TimestampText) { Fraction = FractionForm.Three }, Affinity.Numeric),
        Column("tt", TargetType.Timestamptz, new ValueMapping(MappingKind.TimestampText) { Separator = 'T', Zone = ZoneForm.Z }, Affinity.Text),
        Column("tz", TargetType.Timestamp, new ValueMapping(MappingKind.TimestampText) { Fraction = FractionForm.OptionalSix }, Affinity.Text),
        Column("tm", TargetType.Time, MappingKind.TimeText, Affinity.Text),
        Column("ux", TargetType.Timestamptz, MappingKind.UnixSeconds, Affinity.Integer),
        Column("ms", new TargetType(TypeName.Timestamp, Precision: 3), MappingKind.UnixMilliseconds, Affinity.Integer),
        Column("g", TargetType.Uuid, new ValueMapping(MappingKind.UuidText) { UuidForm = UuidForm.Dashed }, Affinity.Text),
        Column("x", TargetType.Bytea, MappingKind.Blob, Affinity.Blob),
        Column("dec", TargetType.Numeric, MappingKind.DecimalText, Affinity.Text),
        Column("w", TargetType.Boolean, new ValueMapping(MappingKind.BooleanText) { FalseWord = "f", TrueWord = "t" }, Affinity.Text),
    ])
    {
        PrimaryKey = ["id"],
        RowIdColumn = "id",
    };

    private static TypedColumn Column(string name, TargetType type, MappingKind kind, Affinity affinity) => Column(name, type, new ValueMapping(kind), affinity);

    private static TypedColumn Column(string name, TargetType type, ValueMapping mapping, Affinity affinity) => new(name, name, type, mapping, affinity, Collation: null);
}
