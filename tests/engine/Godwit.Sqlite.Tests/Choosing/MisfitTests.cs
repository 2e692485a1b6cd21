using System.Text;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Tests.Profiling;

namespace Godwit.Sqlite.Tests.Choosing;

public sealed class MisfitTests
{
    private static TypeChoice Choose(string declared, string values, bool quarantine = false, ColumnMap? map = null)
    {
        using var source = new ProfiledSource($"CREATE TABLE t (c {declared})");
        source.Connection.Execute("INSERT INTO t VALUES " + string.Join(", ", values.Split('|').Select(v => $"({v})")));
        var file = map is null ? null : new MapFile([new TableMap("t", [map], new Place.InFile("map.yaml", 1, 1))]);
        return Assert.Single(ProfiledSource.Choose(source.Connection, "t", quarantine: quarantine, map: file)).Choice;
    }

    private static ColumnMap Map(TargetType? type = null, DateFormat? format = null, bool emptyIsNull = false) =>
        new("c", new Place.InFile("map.yaml", 1, 1)) { Type = type, Format = format, EmptyIsNull = emptyIsNull };

    [Fact]
    public void Text_in_an_INTEGER_column_is_named_with_its_rows_and_what_to_do()
    {
        var finding = Assert.Single(Choose("INTEGER", "1|'x'|3|''|'y'").Findings, f => !f.Message.Contains("empty", StringComparison.Ordinal));
        Assert.Equal((FindingCodes.MixedStorage, Severity.Error), (finding.Code, finding.Severity));
        Assert.Equal("2 values are TEXT in a column declared INTEGER, where INTEGER is expected: rows 2, 5", finding.Message);
        Assert.Equal(new Place.InTable("t", "2", "c"), finding.Place);
        Assert.Equal("Correct the rows in the source, or write type: text in a mapping file (--map) to keep every value as text; or run with --quarantine", finding.Remedy);
    }

    [Fact]
    public void Empty_text_is_a_finding_of_its_own_that_a_mapping_file_can_settle()
    {
        var finding = Assert.Single(Choose("INTEGER", "1|''|3").Findings);
        Assert.Equal("1 value is empty TEXT in a column declared INTEGER, where INTEGER is expected: row 2", finding.Message);
        Assert.Contains("empty: null", finding.Remedy, StringComparison.Ordinal);

        var settled = Choose("INTEGER", "1|''|3", map: Map(emptyIsNull: true));
        Assert.Empty(settled.Findings);
        Assert.Equal((TargetType.Bigint, true), (settled.Type, settled.Mapping.EmptyIsNull));
    }

    [Fact]
    public void Dates_with_empty_text_between_become_dates_when_empty_is_null()
    {
        var asText = Choose("DATE", "'2024-01-01'|''");
        Assert.Equal(TargetType.Text, asText.Type);
        Assert.Contains("empty: null", Assert.Single(asText.Findings).Remedy, StringComparison.Ordinal);
        Assert.Equal(TargetType.Date, Choose("DATE", "'2024-01-01'|''", map: Map(emptyIsNull: true)).Type);
    }

    [Fact]
    public void Each_kind_of_value_that_does_not_fit_is_a_finding()
    {
        var choice = Choose("DATE", "'2024-01-01'|'2024-01-02'|5|x'00'|''");
        Assert.Equal(["INTEGER", "BLOB", "empty TEXT"], choice.Findings.Select(f => f.Message.Split(" is ")[1].Split(" in ")[0]));
        Assert.Equal(TargetType.Date, choice.Type);
        Assert.Equal(3, choice.Misfits);
    }

    [Fact]
    public void More_rows_than_can_be_listed_are_counted()
    {
        var finding = Assert.Single(Choose("INTEGER", string.Join('|', Enumerable.Range(0, 30).Select(i => i % 2 == 0 ? "1" : "'x'"))).Findings);
        Assert.EndsWith(": rows 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, … (15 in all)", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_finding_holds_a_value()
    {
        var choice = Choose("INTEGER", "1|'secret'|x'736563726574'|CAST(x'73656372657400' AS TEXT)");
        Assert.Equal(3, choice.Findings.Count);
        Assert.All(choice.Findings, f => Assert.DoesNotContain("secret", f.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_mixture_without_affinity_has_no_remedy_that_would_not_help()
    {
        var finding = Assert.Single(Choose("", "1|2|'x'").Findings);
        Assert.Equal("1 value is TEXT in a column without a declared type, where INTEGER is expected: row 3", finding.Message);
        Assert.DoesNotContain("type: text", finding.Remedy, StringComparison.Ordinal);
        Assert.Equal("GW1201", Assert.Single(Choose("", "1|2.5").Findings).Code.Id);
    }

    [Fact]
    public void NUL_and_invalid_bytes_are_refused_with_their_rows_and_the_column_stays_text()
    {
        var choice = Choose("TEXT", "'fine'|CAST(x'6100' AS TEXT)|CAST(x'61ff' AS TEXT)");
        Assert.Equal([FindingCodes.InvalidText, FindingCodes.NulInText], choice.Findings.Select(f => f.Code));
        Assert.Equal([new Place.InTable("t", "3", "c"), new Place.InTable("t", "2", "c")], choice.Findings.Select(f => f.Place));
        Assert.Equal((TargetType.Text, 2), (choice.Type, choice.Misfits));
    }

    [Fact]
    public void A_value_larger_than_a_field_is_refused()
    {
        var profile = new ColumnProfile(new ColumnToProfile("c", Affinity.Blob), new ProfileOptions { LargestValue = 10 });
        profile.AddBlob(11, 7);
        var finding = Assert.Single(new TypeChooser(Convention.None).Choose(new ColumnToChoose("t", "BLOB", Strict: false, profile)).Findings);
        Assert.Equal((FindingCodes.ValueTooLarge, new Place.InTable("t", "7", "c")), (finding.Code, finding.Place));
    }

    [Fact]
    public void A_row_without_rowid_is_named_by_its_place_in_the_keys_order()
    {
        using var source = new ProfiledSource("CREATE TABLE t (k TEXT, v INTEGER, PRIMARY KEY (k)) WITHOUT ROWID", "INSERT INTO t VALUES ('b', 'x'), ('a', 1), ('c', 2)");
        var finding = Assert.Single(ProfiledSource.Choose(source.Connection, "t")[1].Choice.Findings);
        Assert.EndsWith(": row number 2 in the order of key (k)", finding.Message, StringComparison.Ordinal);
        Assert.Equal(new Place.InTable("t", "number 2 in the order of key (k)", "v"), finding.Place);
    }

    [Fact]
    public void With_quarantine_the_column_becomes_what_most_values_fit()
    {
        var choice = Choose("INTEGER", "1|2|'x'|3", quarantine: true);
        var warning = Assert.Single(choice.Findings);
        Assert.Equal((TargetType.Bigint, 1), (choice.Type, choice.Misfits));
        Assert.Equal((FindingCodes.Quarantined, Severity.Warning), (warning.Code, warning.Severity));
        Assert.Equal("1 value is TEXT where INTEGER is expected: their rows go to quarantine: row 3", warning.Message);

        Assert.Equal(TargetType.Text, Choose("INTEGER", "1|'x'|'y'", quarantine: true).Type);
        Assert.Equal(TargetType.Bigint, Choose("INTEGER", "1|'x'", quarantine: true).Type);
    }

    [Fact]
    public void With_quarantine_a_NUL_byte_is_a_warning()
    {
        var choice = Choose("TEXT", "'a'|CAST(x'6100' AS TEXT)", quarantine: true);
        Assert.Equal((FindingCodes.Quarantined, 1L), (Assert.Single(choice.Findings).Code, choice.Misfits));
    }

    [Theory]
    [InlineData("INTEGER", "1|0", "boolean", MappingKind.BooleanInteger)]
    [InlineData("TEXT", "'0'|'1'", "boolean", MappingKind.BooleanText)]
    [InlineData("INTEGER", "1|'x'|2.5", "text", MappingKind.AnyText)]
    [InlineData("TEXT", "'x'", "text", MappingKind.Text)]
    [InlineData("INTEGER", "5", "smallint", MappingKind.Integer)]
    [InlineData("TEXT", "'1.5'", "numeric", MappingKind.DecimalText)]
    [InlineData("NUMERIC", "1.5|2", "numeric(5,2)", MappingKind.Number)]
    [InlineData("INTEGER", "1.5|2", "double precision", MappingKind.NumberAsDouble)]
    [InlineData("TEXT", "'2024-01-01'", "date", MappingKind.DateText)]
    [InlineData("TEXT", "'10:00'", "time without time zone", MappingKind.TimeText)]
    [InlineData("INTEGER", "1700000000", "timestamp with time zone", MappingKind.UnixSeconds)]
    [InlineData("INTEGER", "1700000000000", "timestamp with time zone", MappingKind.UnixMilliseconds)]
    [InlineData("REAL", "2460000.5", "timestamp without time zone", MappingKind.JulianDay)]
    [InlineData("BLOB", "x'00112233445566778899aabbccddeeff'", "uuid", MappingKind.UuidBlob)]
    [InlineData("TEXT", "'{\"a\": [1, 2]}'|'3'", "json", MappingKind.Text)]
    [InlineData("TEXT", "'abc'", "character varying(3)", MappingKind.Text)]
    [InlineData("BLOB", "x'00'", "bytea", MappingKind.Blob)]
    public void A_mapping_files_type_is_taken_where_every_value_fits(string declared, string values, string sql, MappingKind kind)
    {
        var choice = Choose(declared, values, map: Map(TypeOf(sql)));
        Assert.Empty(choice.Findings);
        Assert.Equal((sql, kind), (choice.Type.Sql, choice.Mapping.Kind));
        Assert.StartsWith($"the mapping file says {sql}", choice.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INTEGER", "5|40000", "smallint", "GW1204", "2")]
    [InlineData("INTEGER", "5|'x'", "bigint", "GW1201", "2")]
    [InlineData("TEXT", "'{}'|'{'", "json", "GW1204", "2")]
    [InlineData("TEXT", "'abc'|'abcd'", "character varying(3)", "GW1204", "2")]
    [InlineData("NUMERIC", "1.5|2.125", "numeric(5,2)", "GW1204", "2")]
    [InlineData("TEXT", "'2024-01-01'|'2024-02-30'", "date", "GW1204", "2")]
    [InlineData("INTEGER", "0|2", "boolean", "GW1204", "2")]
    [InlineData("REAL", "2460000.5|1.5", "timestamp without time zone", "GW1204", "2")]
    [InlineData("TEXT", "'2024-01-01 10:00:00'|'2024-01-01 10:00:00Z'|'2024-01-01 11:00:00'", "timestamp without time zone", "GW1204", "2")]
    [InlineData("BLOB", "x'00'|'x'", "bytea", "GW1201", "2")]
    public void A_mapping_files_type_that_the_values_do_not_fit_is_a_finding_with_the_rows(string declared, string values, string sql, string code, string row)
    {
        var finding = Assert.Single(Choose(declared, values, map: Map(TypeOf(sql))).Findings);
        Assert.Equal((code, row), (finding.Code.Id, ((Place.InTable)finding.Place!).Row));
        Assert.Contains($"for which the mapping file says {sql}", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_format_decides_where_the_range_would_say_otherwise()
    {
        var choice = Choose("INTEGER", "1700000000", map: Map(TargetType.Timestamp, DateFormat.UnixMilliseconds));
        Assert.Equal((TargetType.Timestamp, MappingKind.UnixMilliseconds), (choice.Type, choice.Mapping.Kind));
    }

    private static TargetType TypeOf(string sql) => sql switch
    {
        "smallint" => new TargetType(TypeName.Smallint),
        "numeric(5,2)" => TargetType.Numeric with { Precision = 5, Scale = 2 },
        "character varying(3)" => new TargetType(TypeName.Varchar, Length: 3),
        "json" => new TargetType(TypeName.Json),
        _ => new[] { TargetType.Bigint, TargetType.DoublePrecision, TargetType.Numeric, TargetType.Boolean, TargetType.Text, TargetType.Bytea, TargetType.Uuid, TargetType.Date, TargetType.Time, TargetType.Timestamp, TargetType.Timestamptz }.Single(t => t.Sql == sql),
    };
}
