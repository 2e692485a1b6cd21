using System.Text;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.FromPostgres;

/// <summary>Random rows of every type that PostgreSQL and its extensions have, and of arrays of them; what arrived is also compared as text, by the servers themselves.</summary>
public sealed class EveryTypeTests(PostgresServers servers)
{
    private const string Own = """
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TYPE pair AS (a integer, m mood, t text[]);
        CREATE TYPE plain AS (a integer, t text[]);
        CREATE DOMAIN small AS integer CHECK (VALUE < 100);
        CREATE DOMAIN moods AS mood[];
        CREATE TYPE pairs AS RANGE (SUBTYPE = numeric);
        """;

    private static readonly (string Type, string[] Values)[] s_types =
    [
        ("smallint", ["0", "-32768", "32767"]), ("integer", ["0", "-2147483648", "2147483647"]), ("bigint", ["0", "-9223372036854775808", "9223372036854775807"]),
        ("numeric", ["NaN", "Infinity", "-Infinity", "0", "-0.000", "1e-200", "12345678901234567890.123456789012345678901234567890", "1e1000"]), ("numeric(10,3)", ["1.5", "-9999999.999", "NaN"]),
        ("real", ["NaN", "Infinity", "-0", "1.17549435e-38", "3.4028235e38"]), ("double precision", ["NaN", "-Infinity", "-0", "5e-324", "0.1"]), ("money", ["1.23", "-92233720368547758.08"]),
        ("text", ["", "a", "NULL", "é𝄞\t\n\\\"'{},", "  "]), ("character varying(5)", ["", "abcde"]), ("character(4)", ["a", "", "abcd"]), ("name", ["x", ""]), ("\"char\"", ["a", ""]), ("bytea", ["\\x", "\\x00ff5c"]),
        ("date", ["infinity", "-infinity", "4713-01-01 BC", "5874897-12-31"]), ("time without time zone", ["00:00", "24:00", "12:34:56.789012"]), ("time with time zone", ["00:00+15:59", "12:00:00.5-03"]),
        ("timestamp(3) without time zone", ["infinity", "2024-02-29 12:00:00.123", "4713-01-01 00:00 BC"]), ("timestamp with time zone", ["infinity", "-infinity", "2024-10-27 02:30:00+02", "294276-12-31 23:59:59.999999+00"]),
        ("interval", ["1 year -2 mons 3 days -04:05:06.789", "0", "178000000 years"]), ("boolean", ["t", "f"]), ("uuid", ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]),
        ("inet", ["10.1.2.3/8", "::1", "2001:db8::/32"]), ("cidr", ["10.0.0.0/8", "::/0"]), ("macaddr", ["08:00:2b:01:02:03"]), ("macaddr8", ["08:00:2b:01:02:03:04:05"]),
        ("bit(3)", ["101", "000"]), ("bit varying", ["", "1", "101010101010101"]), ("json", ["{\"a\" : 1, \"a\":2 }", "null", "[]"]), ("jsonb", ["{\"a\": 1.50}", "null", "\"\\\\u00e9\""]), ("jsonpath", ["$.a[*] ? (@ > 1)"]),
        ("xml", ["<a b=\"c\">é</a>", "<?xml version=\"1.0\" standalone=\"yes\"?><a/>", "text", "<!-- c -->"]),
        ("point", ["(1,NaN)", "(-0,Infinity)"]), ("line", ["{1,2,3}"]), ("lseg", ["((1,2),(3,4))"]), ("box", ["((1,2),(3,4))"]), ("path", ["((1,2),(3,4))", "[(1,2)]"]), ("polygon", ["((1,2),(3,4),(5,6))"]), ("circle", ["<(1,2),3>"]),
        ("tsvector", ["", "'a':1A 'b c':2,3B"]), ("tsquery", ["a & !b:AB <-> c:*"]), ("int4range", ["empty", "[1,5)", "(,)"]), ("numrange", ["[1.5,NaN]", "empty"]), ("tstzrange", ["[2024-01-01 00:00+00,infinity)"]),
        ("int8multirange", ["{}", "{[1,2),[5,)}"]), ("pg_lsn", ["0/0", "FFFFFFFF/FFFFFFFF"]), ("oid", ["0", "4294967295"]), ("xid8", ["1"]), ("pg_snapshot", ["10:20:11,15"]),
        ("mood", ["sad", "ok"]), ("pair", ["(1,sad,\"{a,NULL}\")", "(,,)"]), ("plain", ["(1,\"{\"\"x y\"\"}\")", "(,)"]), ("small", ["1", "-5"]), ("moods", ["{sad,NULL}", "{}", "[2:3]={ok,sad}"]), ("pairs", ["[1,2)", "empty"]),
        ("hstore", ["", "\"a\"=>NULL, \"b\"=>\"c\""]), ("citext", ["", "AbC"]), ("ltree", ["Top.Science", ""]), ("cube", ["(1,2),(3,4)"]),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(20260722)]
    public async Task Every_value_of_every_type_arrives_as_it_was(int seed)
    {
        using var journey = await Journey.PrepareAsync(servers);
        const string extensions = "CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION citext SCHEMA public; CREATE EXTENSION ltree SCHEMA public; CREATE EXTENSION cube SCHEMA public; GRANT USAGE ON SCHEMA ext TO PUBLIC";
        var source = await journey.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await source.ExecuteAsync(extensions, superuser: true);
        await journey.Target.ExecuteAsync(extensions, superuser: true);
        await source.ExecuteAsync(Statements(new Random(seed)));
        (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--schema", "elsewhere", "--json", "--paranoid")).MustBeVerified();
        for (var i = 0; i < s_types.Length; i++)
        {
            var sql = $"SELECT count(*) || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM {{0}}.t{i} t";
            Assert.True(
                await source.ScalarAsync<string>(sql.Replace("{0}", "public")) == await journey.Target.ScalarAsync<string>(sql.Replace("{0}", "elsewhere")), $"{s_types[i].Type} is another text");
        }
    }

    private static string Statements(Random random)
    {
        var sql = new StringBuilder("SET search_path = public, ext;").Append(Own);
        for (var i = 0; i < s_types.Length; i++)
        {
            var (type, values) = s_types[i];
            // The first column is no key, nor an integer that could be one.
            sql.Append($"CREATE TABLE t{i} (v {type}, a {type}[], d {type} DEFAULT {Literal(values[0])}::{type});\n");
            for (var row = 0; row < 40; row++)
            {
                sql.Append($"INSERT INTO t{i} (v, a) VALUES ({Pick()}, ARRAY[{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => Pick()))}]::{type}[]);\n");
            }
            // An array of arrays is no array of two dimensions.
            if (type != "moods") sql.Append($"INSERT INTO t{i} (a) VALUES (NULL), (ARRAY[[{Pick()}, {Pick()}], [{Pick()}, {Pick()}]]::{type}[]);\n");

            string Pick() => random.Next(5) == 0 ? "NULL" : $"{Literal(values[random.Next(values.Length)])}::{type}";
        }
        return sql.ToString();
    }

    private static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
