using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Damage;

/// <summary>A moved and verified database that somebody then damages with psql.</summary>
internal static class Damaged
{
    private static readonly string[] Statements =
    [
        "CREATE TABLE author (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, bio TEXT DEFAULT '', rating REAL, born DATE, active BOOLEAN)",
        "INSERT INTO author VALUES (1, 'Ann', '', 1.5, '1970-01-01', 1), (2, 'Bob', NULL, 2.5, NULL, 0), (3, 'Cyd', 'x', NULL, '2024-02-29', 1), (40, 'Dee', '', 0.1, NULL, NULL)",
        "CREATE TABLE book (isbn TEXT PRIMARY KEY, author INTEGER NOT NULL REFERENCES author, title TEXT, price NUMERIC(8,2) CHECK (price >= 0), cover BLOB, UNIQUE (author, title))",
        "INSERT INTO book VALUES ('a-1', 1, 'One', 9.99, x'01'), ('b-2', 2, 'Two', 0, NULL), ('c-3', 1, 'Three', 12, x'')",
        "CREATE INDEX book_title ON book (title)", "CREATE INDEX cheap ON book (price) WHERE price < 10",
        "CREATE TABLE seat (flight INTEGER, row INTEGER, taken INTEGER, PRIMARY KEY (flight, row)) WITHOUT ROWID", "INSERT INTO seat VALUES (1, 1, 1), (1, 2, 0), (2, 1, NULL)",
        "CREATE TABLE event (kind TEXT, at DATETIME)", "INSERT INTO event VALUES ('in', '2024-02-29 12:00:00'), ('in', '2024-02-29 12:00:00'), ('out', '2024-02-29 13:00:00'), (NULL, NULL)",
        "CREATE TABLE large (id INTEGER PRIMARY KEY, body TEXT, raw BLOB)",
        "CREATE VIEW cheap_books AS SELECT isbn, title FROM book WHERE price < 10",
    ];

    public static async Task<Journey> PrepareAsync(PostgresServers servers)
    {
        var journey = await Journey.PrepareAsync(servers, Statements);
        var random = new Random(7);
        var raw = new byte[3_000_000];
        random.NextBytes(raw);
        journey.Folder.Insert("large", 1, new string('x', 1_500_000), raw);
        journey.Folder.Insert("large", 2, "small", null);
        (await journey.MoveAsync()).MustBeVerified();
        return journey;
    }

    public static string Describe(this FindingLine finding) =>
        string.Join(' ', new[] { finding.Code, finding.Table ?? finding.Place, finding.Row, finding.Column }.Where(p => p is not null));
}
