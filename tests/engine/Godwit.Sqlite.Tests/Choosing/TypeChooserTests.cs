using Godwit.Model.Values;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Tests.Profiling;

namespace Godwit.Sqlite.Tests.Choosing;

public sealed class TypeChooserTests
{
    private static TypeChoice Choose(string declared, string values, Convention convention = Convention.None, bool quarantine = false)
    {
        using var source = new ProfiledSource($"CREATE TABLE t (c {declared})");
        if (values.Length > 0) source.Connection.Execute("INSERT INTO t VALUES " + string.Join(", ", values.Split('|').Select(v => $"({v})")));
        return Assert.Single(ProfiledSource.Choose(source.Connection, "t", convention, quarantine)).Choice;
    }

    [Theory]
    [InlineData("INTEGER", "9223372036854775807|NULL", "bigint", MappingKind.Integer)]
    [InlineData("SMALLINT", "1", "bigint", MappingKind.Integer)]
    [InlineData("INTEGER", "1|2.5", "numeric", MappingKind.Number)]
    [InlineData("INTEGER", "2.5", "numeric", MappingKind.Number)]
    [InlineData("INTEGER", "'x'|'y'", "text", MappingKind.Text)]
    [InlineData("INTEGER", "x'00'", "bytea", MappingKind.Blob)]
    [InlineData("FLOATING POINT", "1|2.5", "double precision", MappingKind.NumberAsDouble)]
    [InlineData("REAL", "1.5|2|-0.0|9e999", "double precision", MappingKind.Real)]
    [InlineData("DECIMAL(5,2)", "1|99.25|-999.99", "numeric(5,2)", MappingKind.Number)]
    [InlineData("DECIMAL(5,2)", "1000", "numeric", MappingKind.Number)]
    [InlineData("DECIMAL(5,2)", "0.125", "numeric", MappingKind.Number)]
    [InlineData("DECIMAL(5,2)", "9e999", "numeric", MappingKind.Number)]
    [InlineData("NUMERIC", "0.1|3", "numeric", MappingKind.Number)]
    [InlineData("MONEY", "1", "numeric", MappingKind.Number)]
    [InlineData("DECIMAL(10,2)", "", "numeric(10,2)", MappingKind.Number)]
    [InlineData("DECIMAL(2,5)", "", "numeric", MappingKind.Number)]
    [InlineData("BOOLEAN", "0|1|NULL", "boolean", MappingKind.BooleanInteger)]
    [InlineData("BOOL", "", "boolean", MappingKind.BooleanInteger)]
    [InlineData("BOOLEAN", "'t'|'f'", "boolean", MappingKind.BooleanText)]
    [InlineData("BOOLEAN", "'False'", "boolean", MappingKind.BooleanText)]
    [InlineData("BOOLEAN", "'yes'|'no'", "boolean", MappingKind.BooleanText)]
    [InlineData("BOOLEAN", "'yes'|'true'", "text", MappingKind.Text)]
    [InlineData("BOOLEAN", "0|2", "bigint", MappingKind.Integer)]
    [InlineData("DATE", "'2024-02-29'", "date", MappingKind.DateText)]
    [InlineData("DATE", "'2023-02-29'", "text", MappingKind.Text)]
    [InlineData("DATE", "20240229|20240301", "bigint", MappingKind.Integer)]
    [InlineData("DATE", "2024", "bigint", MappingKind.Integer)]
    [InlineData("DATETIME", "'2024-01-01'", "date", MappingKind.DateText)]
    [InlineData("DATETIME", "'2024-01-01 10:00'", "timestamp without time zone", MappingKind.TimestampText)]
    [InlineData("DATETIME", "'2024-01-01T10:00:00.123Z'", "timestamp with time zone", MappingKind.TimestampText)]
    [InlineData("TIMESTAMP", "'2024-01-01 10:00:00+00'", "timestamp with time zone", MappingKind.TimestampText)]
    [InlineData("TIMESTAMP", "'2024-01-01 10:00:00+01:00'", "text", MappingKind.Text)]
    [InlineData("DATETIME", "", "timestamp without time zone", MappingKind.TimestampText)]
    [InlineData("TIMESTAMPTZ", "", "timestamp with time zone", MappingKind.TimestampText)]
    [InlineData("DATETIME", "1700000000|0|-86400", "timestamp with time zone", MappingKind.UnixSeconds)]
    [InlineData("DATETIME", "1700000000000", "timestamp with time zone", MappingKind.UnixMilliseconds)]
    [InlineData("DATETIME", "1700000000|1700000000000", "bigint", MappingKind.Integer)]
    [InlineData("DATETIME", "2460000.5|2451544.5", "timestamp without time zone", MappingKind.JulianDay)]
    [InlineData("DATETIME", "1.5", "double precision", MappingKind.Real)]
    [InlineData("TIME", "'10:00:00'", "time without time zone", MappingKind.TimeText)]
    [InlineData("TIME", "", "time without time zone", MappingKind.TimeText)]
    [InlineData("TIME", "1700000000", "bigint", MappingKind.Integer)]
    [InlineData("UUID", "'01234567-89ab-cdef-0123-456789abcdef'", "uuid", MappingKind.UuidText)]
    [InlineData("GUID", "'01234567-89AB-CDEF-0123-456789ABCDEF'", "uuid", MappingKind.UuidText)]
    [InlineData("UNIQUEIDENTIFIER", "'abcdefabcdefabcdefabcdefabcdefab'", "uuid", MappingKind.UuidText)]
    [InlineData("UUID", "x'00112233445566778899aabbccddeeff'", "uuid", MappingKind.UuidBlob)]
    [InlineData("GUID", "x'00112233445566778899aabbccddeeff'", "bytea", MappingKind.Blob)]
    [InlineData("UUID", "", "uuid", MappingKind.UuidText)]
    [InlineData("UUID", "'01234567-89AB-CDEF-0123-456789ABCDEF'|'01234567-89ab-cdef-0123-456789abcdef'", "text", MappingKind.Text)]
    [InlineData("TEXT", "'2024-01-01 10:00:00'", "text", MappingKind.Text)]
    [InlineData("TEXT", "x'00'", "bytea", MappingKind.Blob)]
    [InlineData("VARCHAR(3)", "'abc'", "text", MappingKind.Text)]
    [InlineData("JSON", "'{}'", "text", MappingKind.Text)]
    [InlineData("BLOB", "x'00'|NULL", "bytea", MappingKind.Blob)]
    [InlineData("BLOB", "'text'", "text", MappingKind.Text)]
    [InlineData("", "1|2", "bigint", MappingKind.Integer)]
    [InlineData("", "1.0", "double precision", MappingKind.Real)]
    [InlineData("", "'1'", "text", MappingKind.Text)]
    [InlineData("", "", "text", MappingKind.Text)]
    [InlineData("STRING", "'abc'", "text", MappingKind.Text)]
    [InlineData("STRING", "'12'", "bigint", MappingKind.Integer)]
    [InlineData("STRING", "'12'|'1.5'", "numeric", MappingKind.Number)]
    [InlineData("STRING", "", "text", MappingKind.Text)]
    public void Declaration_and_values_choose_the_type(string declared, string values, string sql, MappingKind kind)
    {
        var choice = Choose(declared, values);
        Assert.Equal((sql, kind), (choice.Type.Sql, choice.Mapping.Kind));
        Assert.DoesNotContain(choice.Findings, f => f.Severity != Godwit.Model.Findings.Severity.Note);
        Assert.Equal(0, choice.Misfits);
        Assert.NotEmpty(choice.Reason);
    }

    [Theory]
    [InlineData(Convention.Prisma, "DATETIME", "1700000000000|5", "timestamp(3) without time zone", MappingKind.UnixMilliseconds)]
    [InlineData(Convention.Prisma, "DATETIME", "", "timestamp(3) without time zone", MappingKind.UnixMilliseconds)]
    [InlineData(Convention.Prisma, "DATETIME", "'2024-01-01 10:00:00'", "timestamp(3) without time zone", MappingKind.TimestampText)]
    [InlineData(Convention.Prisma, "DATETIME", "'2024-01-01T10:00:00.123+00:00'", "timestamp(3) with time zone", MappingKind.TimestampText)]
    [InlineData(Convention.Django, "char(32)", "'abcdefabcdefabcdefabcdefabcdefab'", "uuid", MappingKind.UuidText)]
    [InlineData(Convention.None, "char(32)", "'abcdefabcdefabcdefabcdefabcdefab'", "text", MappingKind.Text)]
    [InlineData(Convention.Django, "datetime", "'2024-01-01 10:00:00'|'2024-01-01 10:00:00.000120'", "timestamp without time zone", MappingKind.TimestampText)]
    [InlineData(Convention.Rails, "boolean", "'t'|'f'", "boolean", MappingKind.BooleanText)]
    [InlineData(Convention.Rails, "datetime(6)", "'2024-01-01 10:00:00.000120'", "timestamp without time zone", MappingKind.TimestampText)]
    [InlineData(Convention.EntityFrameworkCore, "TEXT", "'2024-01-01 10:00:00'|'2024-01-01 10:00:00.12'", "timestamp without time zone", MappingKind.TimestampText)]
    [InlineData(Convention.EntityFrameworkCore, "TEXT", "'2024-01-01 10:00:00.1234567'", "text", MappingKind.Text)]
    [InlineData(Convention.EntityFrameworkCore, "TEXT", "'2024-01-01 10:00:00+00:00'", "timestamp with time zone", MappingKind.TimestampText)]
    [InlineData(Convention.EntityFrameworkCore, "TEXT", "'2024-01-01 10:00:00+02:00'", "text", MappingKind.Text)]
    [InlineData(Convention.EntityFrameworkCore, "TEXT", "'01234567-89AB-CDEF-0123-456789ABCDEF'", "uuid", MappingKind.UuidText)]
    [InlineData(Convention.EntityFrameworkCore, "TEXT", "'19.99'|'5.0'", "numeric", MappingKind.DecimalText)]
    [InlineData(Convention.EntityFrameworkCore, "TEXT", "'19.90'", "text", MappingKind.Text)]
    [InlineData(Convention.EntityFrameworkCore, "TEXT", "NULL", "text", MappingKind.Text)]
    public void A_frameworks_habits_are_followed(Convention convention, string declared, string values, string sql, MappingKind kind)
    {
        var choice = Choose(declared, values, convention);
        Assert.Equal((sql, kind), (choice.Type.Sql, choice.Mapping.Kind));
        Assert.Empty(choice.Findings);
    }

    [Fact]
    public void A_declared_length_is_checked_only_where_every_value_fits()
    {
        Assert.Equal(3, Choose("VARCHAR(3)", "'abc'|'äöü'").LengthCheck);

        var longer = Choose("VARCHAR(3)", "'abc'|'abcd'");
        Assert.Null(longer.LengthCheck);
        var note = Assert.Single(longer.Findings);
        Assert.Equal("1 value is longer than the 3 characters of VARCHAR(3), which SQLite does not enforce; no CHECK is made: row 2", note.Message);
    }

    [Fact]
    public void A_type_of_a_STRICT_table_is_taken_at_its_word_and_ANY_by_its_values()
    {
        using var source = new ProfiledSource("CREATE TABLE t (a INT, b ANY, c ANY) STRICT", "INSERT INTO t VALUES (1, '7', 1), (2, '8', 'x')");
        var choices = ProfiledSource.Choose(source.Connection, "t").Select(c => c.Choice).ToList();
        Assert.Equal(["bigint", "text"], choices.Take(2).Select(c => c.Type.Sql));
        Assert.Equal("GW1201", Assert.Single(choices[2].Findings).Code.Id);
    }

    [Fact]
    public void What_keeps_a_date_from_being_one_is_told_with_its_rows()
    {
        var choice = Choose("DATETIME", "'2024-01-01 10:00:00'|'soon'|'2024-01-02 10:00:00'");
        Assert.Equal(TargetType.Text, choice.Type);
        var note = Assert.Single(choice.Findings);
        Assert.Equal("GW1205", note.Code.Id);
        Assert.Contains("1 value is not YYYY-MM-DD HH:MM:SS", note.Message, StringComparison.Ordinal);
        Assert.EndsWith(": row 2", note.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reason_is_a_clause_for_a_person()
    {
        Assert.Equal("declared DATETIME, stored as text YYYY-MM-DDTHH:MM:SS.fffZ", Choose("DATETIME", "'2024-01-01T10:00:00.123Z'").Reason);
        Assert.Equal("declared DATETIME, no values to go by", Choose("DATETIME", "").Reason);
        Assert.Equal("declared INTEGER, but every value is TEXT", Choose("INTEGER", "'x'").Reason);
        Assert.Equal("no declared type, every value is REAL", Choose("", "1.5").Reason);
        Assert.Equal("declared TEXT; every value is YYYY-MM-DD, so --map can make it date", Choose("TEXT", "'2024-01-01'").Reason);
    }
}
