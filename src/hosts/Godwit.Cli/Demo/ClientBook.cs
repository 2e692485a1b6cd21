using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>
/// What the table of clients has to hold, by what the service acknowledged: the rows that were there when the demo began, and every sign-up and every change since. It is kept here and
/// not asked of the database, so that a row that is lost, or one too many, shows.
/// </summary>
internal sealed class ClientBook
{
    private const string Query = "SELECT id, name, email, api_key, created_at FROM public.clients";

    private readonly ConcurrentDictionary<Guid, LegacyClient> _rows;
    private long _signUps, _changes;

    private ClientBook(IEnumerable<LegacyClient> rows) => _rows = new(rows.Select(r => KeyValuePair.Create(r.Id, r)));

    public long SignUps => Interlocked.Read(ref _signUps);

    public long Changes => Interlocked.Read(ref _changes);

    public int Rows => _rows.Count;

    public static async Task<ClientBook> OpenAsync(NpgsqlConnection connection, CancellationToken cancellation) => new(await ReadAsync(connection, cancellation));

    public void SignedUp(LegacyClient client)
    {
        _rows[client.Id] = client;
        Interlocked.Increment(ref _signUps);
    }

    public void Changed(Guid id, string email)
    {
        _rows.AddOrUpdate(id, _ => throw new InvalidOperationException("nobody changes a client that there is not"), (_, row) => row with { Email = email });
        Interlocked.Increment(ref _changes);
    }

    /// <summary>Compares every row of the database with the book.</summary>
    /// <param name="connection">To the service's database.</param>
    /// <param name="keysAreGone">Whether the raw keys are to be gone, or to be what they were.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<BookVerdict> CompareAsync(NpgsqlConnection connection, bool keysAreGone, CancellationToken cancellation)
    {
        var stored = await ReadAsync(connection, cancellation);
        var expected = _rows.Values.Select(r => keysAreGone ? r with { ApiKey = null } : r).ToList();
        var missing = expected.ToHashSet();
        missing.ExceptWith(stored);
        return new BookVerdict(expected.Count, stored.Count, missing.Count, DigestOf(expected), DigestOf(stored));
    }

    private static string DigestOf(IEnumerable<LegacyClient> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows.OrderBy(r => r.Id))
        {
            var line = string.Join('\u001f', row.Id, row.Name, row.Email, row.ApiKey ?? "\u0000", row.CreatedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<List<LegacyClient>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Query, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<LegacyClient>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(new LegacyClient(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4)));
        return rows;
    }
}

/// <param name="Expected">Rows that the book has.</param>
/// <param name="Stored">Rows that the database has.</param>
/// <param name="Missing">Rows of the book that the database does not have as they are there.</param>
internal sealed record BookVerdict(int Expected, int Stored, int Missing, string ExpectedDigest, string StoredDigest)
{
    public bool Agrees => Missing == 0 && Expected == Stored && ExpectedDigest == StoredDigest;
}
