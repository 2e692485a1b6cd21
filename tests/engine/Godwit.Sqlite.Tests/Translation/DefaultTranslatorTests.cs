using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Tests.Translation;

public sealed class DefaultTranslatorTests
{
    private const string Now = "(now() AT TIME ZONE 'UTC')";

    private static readonly Dictionary<string, TypedColumn> Columns = new(StringComparer.Ordinal)
    {
        ["bigint"] = Column(TargetType.Bigint, new(MappingKind.Integer), Affinity.Integer),
        ["boolean"] = Column(TargetType.Boolean, new(MappingKind.BooleanInteger), Affinity.Numeric),
        ["word"] = Column(TargetType.Boolean, new(MappingKind.BooleanText) { FalseWord = "f", TrueWord = "t" }, Affinity.Numeric),
        ["numeric"] = Column(TargetType.Numeric, new(MappingKind.Number), Affinity.Numeric),
        ["double"] = Column(TargetType.DoublePrecision, new(MappingKind.Real), Affinity.Real),
        ["text"] = Column(TargetType.Text, new(MappingKind.Text), Affinity.Text),
        ["varchar"] = Column(new TargetType(TypeName.Varchar, Length: 3), new(MappingKind.Text), Affinity.Text),
        ["date"] = Column(TargetType.Date, new(MappingKind.DateText), Affinity.Numeric),
        ["time"] = Column(TargetType.Time, new(MappingKind.TimeText), Affinity.Text),
        ["timestamp"] = Column(TargetType.Timestamp, new(MappingKind.TimestampText), Affinity.Numeric),
        ["timestamptz"] = Column(TargetType.Timestamptz, new(MappingKind.TimestampText) { Separator = 'T', Zone = ZoneForm.Z }, Affinity.Text),
        ["unix"] = Column(TargetType.Timestamptz, new(MappingKind.UnixSeconds), Affinity.Integer),
        ["milliseconds"] = Column(TargetType.Timestamp, new(MappingKind.UnixMilliseconds), Affinity.Integer),
        ["uuid"] = Column(TargetType.Uuid, new(MappingKind.UuidText) { UuidForm = UuidForm.Dashed }, Affinity.Text),
        ["hex uuid"] = Column(TargetType.Uuid, new(MappingKind.UuidText), Affinity.Text),
        ["bytea"] = Column(TargetType.Bytea, new(MappingKind.Blob), Affinity.Blob),
        ["decimal"] = Column(TargetType.Numeric, new(MappingKind.DecimalText), Affinity.Text),
    };

    [Theory]
    [InlineData("bigint", "0", "0")]
    [InlineData("bigint", "'7'", "7")]
    [InlineData("bigint", "-1", "(-1)")]
    [InlineData("bigint", "0xff", "255")]
    [InlineData("bigint", "NULL", "NULL")]
    [InlineData("bigint", "(1 + 2 * 3)", "7")]
    [InlineData("bigint", "-9223372036854775808", "'-9223372036854775808'::bigint")]
    [InlineData("boolean", "0", "FALSE")]
    [InlineData("boolean", "1", "TRUE")]
    [InlineData("boolean", "true", "TRUE")]
    [InlineData("boolean", "'1'", "TRUE")]
    [InlineData("word", "'t'", "TRUE")]
    [InlineData("word", "f", "FALSE")]
    [InlineData("numeric", "0", "0")]
    [InlineData("numeric", "12.50", "12.5")]
    [InlineData("numeric", "-0.5", "(-0.5)")]
    [InlineData("double", "1", "1::double precision")]
    [InlineData("double", "1e3", "1000::double precision")]
    [InlineData("text", "'it''s'", "'it''s'")]
    [InlineData("text", "\"abc\"", "'abc'")]
    [InlineData("text", "abc", "'abc'")]
    [InlineData("text", "0", "'0'")]
    [InlineData("text", "1.50", "'1.5'")]
    [InlineData("text", "('a' || 'b')", "'ab'")]
    [InlineData("bytea", "x'00ff'", "'\\x00ff'::bytea")]
    [InlineData("date", "'1970-01-01'", "date '1970-01-01'")]
    [InlineData("timestamp", "'1970-01-01 00:00:00'", "timestamp '1970-01-01 00:00:00'")]
    [InlineData("timestamptz", "'1970-01-01T00:00:00Z'", "timestamptz '1970-01-01 00:00:00+00'")]
    [InlineData("unix", "0", "timestamptz '1970-01-01 00:00:00+00'")]
    [InlineData("uuid", "'00000000-0000-4000-8000-0000000000ff'", "uuid '00000000-0000-4000-8000-0000000000ff'")]
    [InlineData("decimal", "'0.0'", "0.0")]
    public void A_literal_goes_through_the_columns_mapping(string column, string value, string sql) => Assert.Equal(sql, Translated(column, value));

    [Theory]
    [InlineData("text", "CURRENT_TIMESTAMP", $"to_char(date_trunc('second', {Now}), 'YYYY-MM-DD HH24:MI:SS')")]
    [InlineData("text", "current_date", $"to_char({Now}::date, 'YYYY-MM-DD')")]
    [InlineData("text", "Current_Time", $"to_char(date_trunc('second', {Now})::time::interval, 'HH24:MI:SS')")]
    [InlineData("timestamp", "CURRENT_TIMESTAMP", $"date_trunc('second', {Now})")]
    [InlineData("timestamp", "(datetime('now'))", $"date_trunc('second', {Now})")]
    [InlineData("timestamp", "(datetime('now', '+1 hour'))", $"date_trunc('second', ({Now} + interval '+1 hour'))")]
    [InlineData("timestamptz", "CURRENT_TIMESTAMP", $"(date_trunc('second', {Now}) AT TIME ZONE 'UTC')")]
    [InlineData("date", "CURRENT_DATE", $"{Now}::date")]
    [InlineData("date", "(date('now'))", $"{Now}::date")]
    [InlineData("time", "CURRENT_TIME", $"date_trunc('second', {Now})::time")]
    [InlineData("timestamp", "(strftime('%Y-%m-%d %H:%M:%S', 'now'))", $"date_trunc('second', {Now})")]
    [InlineData("timestamptz", "(strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))", $"(date_trunc('second', {Now}) AT TIME ZONE 'UTC')")]
    [InlineData("date", "(strftime('%Y-%m-%d', 'NOW'))", $"{Now}::date")]
    [InlineData("time", "(strftime('%H:%M:%S', 'now'))", $"date_trunc('second', {Now})::time")]
    [InlineData("bigint", "(strftime('%s', 'now'))", $"floor(extract(epoch FROM {Now}))::bigint::text::bigint")]
    [InlineData("bigint", "(CAST(strftime('%s', 'now') AS INTEGER) * 1000)", $"(floor(extract(epoch FROM {Now}))::bigint::text::bigint * 1000::bigint)")]
    [InlineData("bigint", "(unixepoch())", $"floor(extract(epoch FROM {Now}))::bigint")]
    [InlineData("unix", "(unixepoch())", $"(timestamptz '1970-01-01 00:00:00+00' + floor(extract(epoch FROM {Now}))::bigint * interval '1 second')")]
    [InlineData("double", "(julianday('now'))", $"(((extract(epoch FROM {Now}) * 1000)::bigint + 210866760000000)::double precision / 86400000::double precision)")]
    public void The_clock_is_UTC_in_the_columns_own_form(string column, string value, string sql) => Assert.Equal(sql, Translated(column, value));

    [Theory]
    [InlineData("text", "(lower(hex(randomblob(4))))", "encode(substr(uuid_send(gen_random_uuid()), 1, 4), 'hex')")]
    [InlineData("bytea", "(randomblob(8))", "(substr(uuid_send(gen_random_uuid()), 1, 6) || substr(uuid_send(gen_random_uuid()), 1, 2))")]
    [InlineData("hex uuid", "(lower(hex(randomblob(16))))", "encode((substr(uuid_send(gen_random_uuid()), 1, 6) || substr(uuid_send(gen_random_uuid()), 1, 6) || substr(uuid_send(gen_random_uuid()), 1, 4)), 'hex')::uuid")]
    [InlineData("uuid", "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)),2) || '-' || substr('89ab', abs(random()) % 4 + 1, 1) || substr(hex(randomblob(2)),2) || '-' || hex(randomblob(6))))", "gen_random_uuid()")]
    public void Random_keys_come_from_the_servers_own_source(string column, string value, string sql) => Assert.Equal(sql, Translated(column, value));

    [Theory]
    [InlineData("boolean", "2")]
    [InlineData("boolean", "'yes'")]
    [InlineData("bigint", "'abc'")]
    [InlineData("bigint", "1.5")]
    [InlineData("bigint", "CURRENT_TIMESTAMP")]
    [InlineData("varchar", "'abcd'")]
    [InlineData("date", "CURRENT_TIMESTAMP")]
    [InlineData("timestamp", "'soon'")]
    [InlineData("timestamp", "(strftime('%Y-%m-%dT%H:%M:%S', 'now'))")]
    [InlineData("timestamp", "(strftime('%Y-%m-%d %H:%M:%f', 'now'))")]
    [InlineData("timestamp", "(datetime('now', 'localtime'))")]
    [InlineData("timestamp", "(datetime('now', '+1 month'))")]
    [InlineData("text", "(random())")]
    [InlineData("uuid", "(hex(randomblob(16)))")]
    public void What_does_not_fit_is_refused_with_a_reason(string column, string value) =>
        Assert.NotEmpty(Assert.IsType<Godwit.Sqlite.Translation.Translation.Failure>(DefaultTranslator.Translate(Clause(value), Columns[column])).Reason);

    private static string Translated(string column, string value)
    {
        var result = DefaultTranslator.Translate(Clause(value), Columns[column]);
        return Assert.IsType<Godwit.Sqlite.Translation.Translation.Success>(result).Sql;
    }

    private static ColumnDefault Clause(string value) =>
        (ColumnDefault)((CreateTable)((ParseResult.Success)SqlParser.ParseSchemaStatement($"CREATE TABLE t(a DEFAULT {value})")).Statement).Columns[0].Constraints[0];

    private static TypedColumn Column(TargetType type, ValueMapping mapping, Affinity affinity) => new("a", "a", type, mapping, affinity, Collation: null);
}
