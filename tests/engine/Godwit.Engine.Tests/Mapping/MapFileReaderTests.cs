using Godwit.Engine.Mapping;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Engine.Tests.Mapping;

public sealed class MapFileReaderTests
{
    private static MapFileReading Read(string text) => MapFileReader.Read(text, "map.yaml");

    [Fact]
    public void Every_key_is_read()
    {
        var reading = Read("""
            tables:
              Invoice:
                rename: invoices
                columns:
                  Total: { type: "numeric(12,2)" }
                  created:
                    type: timestamptz
                    format: unix-seconds
                  note:
                    empty: null
                    collation: default
                    rename: remark
                  code: { collation: C, empty: keep }
            """);

        Assert.Empty(reading.Findings);
        var table = Assert.Single(reading.Map.Tables);
        Assert.Equal(("Invoice", "invoices", new Place.InFile("map.yaml", 2, 3)), (table.Name, table.Rename, table.Place));
        Assert.Equal(new TargetType(TypeName.Numeric, Precision: 12, Scale: 2), reading.Map.Column("invoice", "TOTAL")!.Type);
        Assert.Equal((TargetType.Timestamptz, DateFormat.UnixSeconds), (table.Column("created")!.Type!, table.Column("created")!.Format!.Value));
        var note = table.Column("note")!;
        Assert.Equal((true, CollationChoice.DatabaseDefault, "remark"), (note.EmptyIsNull, note.Collation, note.Rename));
        Assert.Equal((false, CollationChoice.C), (table.Column("code")!.EmptyIsNull, table.Column("code")!.Collation));
        Assert.Null(reading.Map.Column("Invoice", "missing"));
    }

    [Theory]
    [InlineData("encrypt: {row: [id]}", null)]
    [InlineData("blind_index: {purpose: users.email, normalise: email}", null)]
    [InlineData("pepper: {purpose: api-key}", null)]
    [InlineData("encrypt: {encrypted: true, row: [id]}", "GW1219")]
    [InlineData("blind_index: {encrypted: true, from_row: [id], purpose: users.email, normalise: email}", "GW1219")]
    public void Transforms_with_keys_are_part_of_a_move_unless_what_they_read_is_encrypted(string transform, string? code)
    {
        var reading = Read($"tables:\n  t:\n    columns:\n      c:\n        transform:\n          {transform}\n");
        Assert.Equal(code, reading.Findings.SingleOrDefault()?.Code.Id);
        Assert.Equal(code is null, reading.Map.Column("t", "c")?.Transform is not null);
    }

    [Theory]
    [InlineData("table: {}", "GW1401", 1, 1, "The file has no key \"table\"")]
    [InlineData("tables: [a]", "GW1401", 1, 9, "must be a mapping, but is a list")]
    [InlineData("tables:\n  t: {column: {}}", "GW1401", 2, 7, "A table has no key")]
    [InlineData("tables:\n  t:\n    columns:\n      c: {tipe: text}", "GW1401", 4, 11, "A column has no key \"tipe\"")]
    [InlineData("tables:\n  t:\n    columns:\n      c: {type: strin}", "GW1402", 4, 17, "\"strin\" is no type")]
    [InlineData("tables:\n  t:\n    columns:\n      c: {type: 'numeric(2,5)'}", "GW1402", 4, 17, "is no type")]
    [InlineData("tables:\n  t:\n    columns:\n      c: {type: timestamp, format: unix}", "GW1401", 4, 36, "\"unix\" is no choice for format")]
    [InlineData("tables:\n  t:\n    columns:\n      c: {type: date, format: unix-seconds}", "GW1401", 4, 7, "does not lead to date")]
    [InlineData("tables:\n  t:\n    columns:\n      c: {format: julian-day}", "GW1401", 4, 7, "a format but no type")]
    [InlineData("tables:\n  t:\n    columns:\n      c: {empty: yes}", "GW1401", 4, 18, "is no choice for empty")]
    [InlineData("tables:\n  t: {rename: }", "GW1401", 2, 15, "needs a value")]
    [InlineData("tables:\n  t: {}\n  T: {}", "GW1401", 3, 3, "stands twice")]
    [InlineData("tables:\n  t:\n    columns:\n      c: {}\n      C: {}", "GW1401", 5, 7, "stands twice")]
    [InlineData("tables: {a: {}, a: {}}", "GW1401", 1, 17, "stands twice")]
    public void What_is_wrong_is_named_with_its_place(string text, string code, int line, int column, string message)
    {
        var finding = Assert.Single(Read(text).Findings);
        Assert.Equal(code, finding.Code.Id);
        Assert.Equal(new Place.InFile("map.yaml", line, column), finding.Place);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Equal(Severity.Error, finding.Severity);
    }

    [Fact]
    public void All_that_is_wrong_is_found_at_once() =>
        Assert.Equal(3, Read("x: 1\ntables:\n  t:\n    y: 2\n    columns:\n      c: {type: nothing}").Findings.Count);

    [Fact]
    public void An_empty_file_decides_nothing()
    {
        Assert.Empty(Read("# nothing yet").Findings);
        Assert.Empty(Read("# nothing yet").Map.Tables);
    }

    [Fact]
    public void Names_that_the_source_does_not_have_are_found_without_regard_to_case()
    {
        var map = Read("tables:\n  T:\n    columns:\n      A: {}\n      b: {}\n  missing: {}").Map;
        var findings = MapFileReader.FindUnknownNames(map, name => name.Equals("t", StringComparison.OrdinalIgnoreCase) ? ["a"] : null);
        Assert.Equal(["map.yaml:5:7", "map.yaml:6:3"], findings.Select(f => f.Place!.ToString()));
        Assert.All(findings, f => Assert.Equal(FindingCodes.MapUnknown, f.Code));
    }

    [Theory]
    [InlineData("bigint", "bigint")]
    [InlineData(" INT8 ", "bigint")]
    [InlineData("double  precision", "double precision")]
    [InlineData("numeric(10, 2)", "numeric(10,2)")]
    [InlineData("numeric(10)", "numeric(10,0)")]
    [InlineData("varchar(20)", "character varying(20)")]
    [InlineData("timestamp(3)", "timestamp(3) without time zone")]
    [InlineData("timestamptz", "timestamp with time zone")]
    [InlineData("json", "json")]
    [InlineData("jsonb", null)]
    [InlineData("timestamp(7)", null)]
    [InlineData("varchar(0)", null)]
    [InlineData("text(5)", null)]
    [InlineData("numeric(1001)", null)]
    [InlineData("bigint; drop", null)]
    [InlineData("numeric(99999999999999)", null)]
    public void A_type_is_read_as_PostgreSQL_writes_it(string text, string? sql)
    {
        Assert.Equal(sql is not null, TargetTypeText.TryRead(text, out var type));
        if (sql is not null) Assert.Equal(sql, type.Sql);
    }
}
