using System.Security.Cryptography;
using Godwit.Sqlite.Native;

namespace Godwit.Journeys.Survival;

/// <summary>
/// A small library's database, the same for the same seed: keys, checks, composite and self-referring foreign keys, partial and expression indexes,
/// AUTOINCREMENT, a keyless table, a WITHOUT ROWID table, an empty one, a view. Moved with ranges of 1,500 rows it makes about thirty of them.
/// </summary>
internal static class SurvivalSource
{
    public const int RowsPerRange = 1500;

    private const string Schema = """
        CREATE TABLE authors (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, mentor INTEGER REFERENCES authors(id), born TEXT, CHECK (length(name) > 0));
        CREATE TABLE books (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES authors(id) ON DELETE CASCADE, title TEXT NOT NULL,
            isbn TEXT UNIQUE, price REAL CHECK (price >= 0), cover BLOB);
        CREATE TABLE copies (book_id INTEGER NOT NULL REFERENCES books(id), number INTEGER NOT NULL, shelf TEXT, PRIMARY KEY (book_id, number));
        CREATE TABLE loans (id INTEGER PRIMARY KEY, book_id INTEGER NOT NULL, number INTEGER NOT NULL, due INTEGER NOT NULL, returned INTEGER,
            FOREIGN KEY (book_id, number) REFERENCES copies(book_id, number));
        CREATE TABLE visits (door TEXT, happened INTEGER, note TEXT);
        CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
        CREATE TABLE reservations (id INTEGER PRIMARY KEY AUTOINCREMENT, book_id INTEGER REFERENCES books(id));
        CREATE INDEX books_by_author ON books(author_id, title);
        CREATE INDEX loans_open ON loans(due) WHERE returned IS NULL;
        CREATE INDEX authors_by_name ON authors(lower(name));
        CREATE INDEX visits_by_time ON visits(happened DESC);
        CREATE VIEW open_loans AS SELECT id, book_id, due FROM loans WHERE returned IS NULL;
        """;

    public static IReadOnlyDictionary<string, long> Rows { get; } = new Dictionary<string, long>(StringComparer.Ordinal)
    {
        ["authors"] = 4_000, ["books"] = 9_000, ["copies"] = 12_000, ["loans"] = 9_000, ["visits"] = 8_000, ["settings"] = 300, ["reservations"] = 0,
    };

    /// <param name="path">Where it goes.</param>
    /// <param name="seed">What the values come from.</param>
    /// <param name="unfinished">Leaves a -wal that nobody has open, so that a mover needs a private copy.</param>
    public static void Write(string path, int seed, bool unfinished)
    {
        var random = new Random(seed);
        using (var connection = SqliteConnection.OpenForWriting(path))
        {
            foreach (var statement in Schema.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) connection.Execute(statement);
            connection.Execute("BEGIN");
            Fill(connection, "INSERT INTO authors (name, mentor, born) VALUES (?, ?, ?)", Rows["authors"],
                i => [$"Author {random.Next()}", i > 1 && random.Next(3) == 0 ? random.NextInt64(1, i) : null, $"19{random.Next(10, 99)}-0{random.Next(1, 9)}-1{random.Next(0, 9)}"]);
            Fill(connection, "INSERT INTO books VALUES (?, ?, ?, ?, ?, ?)", Rows["books"],
                i => [i, random.NextInt64(1, Rows["authors"]), $"Title ‘{random.Next()}’", $"isbn-{i}", random.Next(1, 9999) / 100.0, random.Next(4) == 0 ? Bytes(random, 200) : null]);
            Fill(connection, "INSERT INTO copies VALUES (?, ?, ?)", Rows["copies"], i => [(i - 1) % Rows["books"] + 1, (i - 1) / Rows["books"] + 1, $"shelf {random.Next(40)}"]);
            Fill(connection, "INSERT INTO loans VALUES (?, ?, 1, ?, ?)", Rows["loans"],
                i => [i, random.NextInt64(1, Rows["books"]), random.NextInt64(1, 1 << 30), random.Next(5) == 0 ? null : 1L]);
            Fill(connection, "INSERT INTO visits VALUES (?, ?, ?)", Rows["visits"], _ => [$"door {random.Next(9)}", random.NextInt64(), new string('x', random.Next(120))]);
            Fill(connection, "INSERT INTO settings VALUES (?, ?)", Rows["settings"], i => [$"setting {i}", Bytes(random, 40)]);
            connection.Execute("COMMIT");
        }
        if (unfinished) LeaveLog(path);
    }

    /// <summary>SHA-256 of the file and of what lies beside it.</summary>
    public static string Fingerprint(string path) =>
        string.Join(" ", new[] { path, path + "-wal", path + "-shm", path + "-journal" }.Where(File.Exists).Select(f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))));

    private static void LeaveLog(string path)
    {
        var away = path + ".away";
        using (var connection = SqliteConnection.OpenForWriting(path))
        {
            _ = connection.QueryText("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA wal_autocheckpoint = 0");
            connection.Execute("UPDATE settings SET value = x'00ff' WHERE name = 'setting 7'");
            // As a crash leaves them: the last connection's close would check the log in and remove it.
            File.Copy(path, away);
            File.Copy(path + "-wal", away + "-wal");
        }
        File.Delete(path);
        File.Move(away, path);
        File.Move(away + "-wal", path + "-wal");
    }

    private static byte[] Bytes(Random random, int most)
    {
        var bytes = new byte[random.Next(most)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void Fill(SqliteConnection connection, string sql, long rows, Func<long, object?[]> values)
    {
        for (var i = 1L; i <= rows; i++) connection.Execute(sql, values(i));
    }
}
