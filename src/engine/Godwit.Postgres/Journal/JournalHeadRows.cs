using System.Runtime.CompilerServices;
using Godwit.Engine.Journal;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Journal;

/// <summary>Reads godwit.journal_heads, whatever stands in them: judging is the verifier's.</summary>
public static class JournalHeadRows
{
    /// <summary>Heads at this entry or a later one, in order.</summary>
    public static async IAsyncEnumerable<SignedHead> ReadAsync(NpgsqlConnection connection, Guid run, long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT sequence, hash, at, kid, signature, key_x, key_y FROM godwit.journal_heads WHERE run = $1 AND sequence >= $2 ORDER BY sequence, at, kid", connection)
        { Parameters = { new() { Value = run }, new() { Value = from } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var head = new JournalHead(run, reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3), reader.GetString(4));
            yield return new SignedHead(head, Key(reader.GetString(5), reader.GetString(6)));
        }
    }

    private static EcPublicKey? Key(string x, string y)
    {
        try
        {
            return EcPublicKey.FromCoordinates(x, y);
        }
        catch (SigningKeyException)
        {
            return null;
        }
    }
}
