using Godwit.Cli.Sample.LearningSol;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Tests.Sample;

public sealed class SampleDatabaseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-sample-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SqliteConnection Make(bool hostile = false, int rows = 3000)
    {
        var path = Path.Combine(_folder, "app.db");
        SampleDatabase.Write(path, new SampleOptions(rows, Seed: 4, hostile));
        return SqliteConnection.OpenForReading(path);
    }

    private static List<string> Query(SqliteConnection connection, string sql)
    {
        var rows = new List<string>();
        using var statement = connection.Prepare(sql);
        while (statement.Step()) rows.Add(statement.GetText(0));
        return rows;
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3000)]
    [InlineData(20_011)]
    public void A_sample_is_sound_and_every_key_points_somewhere(int rows)
    {
        using var connection = Make(rows: rows);
        Assert.Equal(["ok"], Query(connection, "PRAGMA integrity_check"));
        Assert.Empty(Query(connection, "SELECT \"table\" FROM pragma_foreign_key_check"));
        Assert.Equal("delete", connection.QueryText("PRAGMA journal_mode"));
    }

    [Fact]
    public void Every_column_holds_what_Prisma_would_store_there()
    {
        using var connection = Make();
        var wrong = new List<string>();
        foreach (var table in SampleCommandTests.Tables(connection))
        {
            foreach (var column in Query(connection, $"SELECT name || ':' || type FROM pragma_table_info('{table}')"))
            {
                var (name, type) = (column.Split(':')[0], column.Split(':')[1]);
                var allowed = type switch
                {
                    "TEXT" => "'text'",
                    "BLOB" => "'blob'",
                    "REAL" => "'real'",
                    "DECIMAL" => "'integer', 'real'",
                    _ => "'integer'",
                };
                if (connection.QueryInteger($"SELECT count(*) FROM \"{table}\" WHERE typeof(\"{name}\") NOT IN ('null', {allowed})") != 0) wrong.Add($"{table}.{column}");
                if (type == "BOOLEAN" && connection.QueryInteger($"SELECT count(*) FROM \"{table}\" WHERE \"{name}\" NOT IN (0, 1)") != 0) wrong.Add($"{table}.{column}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_table_is_empty_and_every_optional_column_has_both_NULL_and_values()
    {
        using var connection = Make(rows: 60_000);
        foreach (var table in SampleCommandTests.Tables(connection).Where(t => t != "_prisma_migrations"))
        {
            Assert.NotEqual(0, connection.QueryInteger($"SELECT count(*) FROM \"{table}\""));
            foreach (var column in Query(connection, $"SELECT name FROM pragma_table_info('{table}') WHERE \"notnull\" = 0"))
                Assert.True(connection.QueryInteger($"SELECT count(\"{column}\") BETWEEN 1 AND count(*) - 1 FROM \"{table}\"") == 1, $"{table}.{column}");
        }
    }

    [Fact]
    public void The_limits_of_the_application_are_reached()
    {
        using var connection = Make();
        // The form counts UTF-16 units.
        Assert.Equal(50_000, connection.QueryText("SELECT code FROM user_progress ORDER BY length(code) DESC LIMIT 1")!.Length);
        Assert.Equal(50, connection.QueryInteger("SELECT max(length(username)) FROM users"));
        Assert.Equal(254, connection.QueryInteger("SELECT max(length(email)) FROM users"));
        Assert.Equal(5000, connection.QueryInteger("SELECT max(length(bio)) FROM users"));
        Assert.Equal(long.MaxValue, connection.QueryInteger("SELECT max(xp) FROM users"));
        Assert.True(connection.QueryInteger("SELECT min(date_of_birth) FROM users") < 0);
        Assert.NotEqual(0, connection.QueryInteger("SELECT count(*) FROM users WHERE display_name = ''"));
        Assert.NotEqual(0, connection.QueryInteger("SELECT count(*) FROM users WHERE length(avatar) = 0"));
        Assert.True(connection.QueryInteger("SELECT seq FROM sqlite_sequence") > connection.QueryInteger("SELECT max(id) FROM enrolments"));
    }

    [Theory]
    [InlineData("users", "bio", "instr(CAST(bio AS BLOB), x'00') > 0")]
    [InlineData("users", "display_name", "hex(display_name) = '41C328FF' AND typeof(display_name) = 'text'")]
    [InlineData("users", "last_login_at", "last_login_at = ''")]
    [InlineData("users", "date_of_birth", "date_of_birth = 9223372036854775807")]
    [InlineData("users", "username", "length(username) = 3000")]
    [InlineData("lessons", "duration_minutes", "typeof(duration_minutes) = 'text'")]
    [InlineData("lessons", "published", "typeof(published) = 'text'")]
    [InlineData("lessons", "title", "typeof(title) = 'blob'")]
    [InlineData("enrolments", "paid", "typeof(paid) = 'text'")]
    [InlineData("user_progress", "lesson_id", "lesson_id NOT IN (SELECT id FROM lessons)")]
    [InlineData("achievements", "title", "typeof(title) = 'null'")]
    public void A_hostile_sample_has_one_row_of_each_hostile_value(string table, string column, string predicate)
    {
        Assert.Contains($"{table}.{column}", HostileValues.All.Select(v => v.Place));
        using (var hostile = Make(hostile: true))
            Assert.Equal(1, hostile.QueryInteger($"SELECT count(*) FROM \"{table}\" NOT INDEXED WHERE {predicate}"));
        using var clean = Make();
        Assert.Equal(0, clean.QueryInteger($"SELECT count(*) FROM \"{table}\" NOT INDEXED WHERE {predicate}"));
    }

    [Fact]
    public void A_hostile_sample_has_the_schema_and_the_other_rows_of_a_clean_one()
    {
        const string Schema = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)";
        string? clean;
        long? users;
        using (var connection = Make()) (clean, users) = (connection.QueryText(Schema), connection.QueryInteger("SELECT count(*) FROM users"));
        using var hostile = Make(hostile: true);
        Assert.Equal(clean, hostile.QueryText(Schema)!);
        Assert.Equal(users + 5, hostile.QueryInteger("SELECT count(*) FROM users"));
    }
}
