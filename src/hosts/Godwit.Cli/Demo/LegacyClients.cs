using System.Globalization;
using Godwit.Cli.Sample.LearningSol;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Cli.Demo;

/// <summary>A client of the legacy service. Some never had a key.</summary>
internal sealed record LegacyClient(Guid Id, string Name, string Email, string? ApiKey, DateTimeOffset CreatedAt);

/// <summary>The clients of a legacy service that keeps API keys as they are, and its database. A seed decides everything.</summary>
internal static class LegacyClients
{
    private const int Keyless = 50, KeyBytes = 20;

    private static readonly DateTimeOffset s_opening = new(2019, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private static readonly string[] s_first = ["Acme", "Blue", "Cedar", "Delta", "Elm", "Fjord", "Granite", "Harbour", "Iris", "Juniper", "Kestrel", "Lumen", "Müller", "Nørre", "Øst", "Ōsaka"];

    private static readonly string[] s_last = ["Analytics", "Bakery", "Cycles", "Design", "Energy", "Foods", "Games", "Health", "Insurance", "Labs", "Media", "Networks", "Optics", "Press"];

    public static IReadOnlyList<LegacyClient> Make(int rows, int seed)
    {
        var dice = new Dice(seed);
        var clients = new LegacyClient[rows];
        var at = s_opening;
        for (var i = 0; i < rows; i++)
        {
            at = at.AddMicroseconds(1 + dice.Below(1_000_000_000));
            var name = string.Create(CultureInfo.InvariantCulture, $"{dice.Pick(s_first)} {dice.Pick(s_last)} {i + 1}");
            // The first has one, so that there is always a key to look up.
            var key = i > 0 && dice.OneIn(Keyless) ? null : "legacy-" + Convert.ToHexStringLower(dice.Bytes(KeyBytes));
            clients[i] = new LegacyClient(new Guid(dice.Bytes(16)), name, string.Create(CultureInfo.InvariantCulture, $"ops{i + 1}@example.com"), key, at);
        }
        return clients;
    }

    /// <summary>Makes the table and its rows in one transaction: a demo that is stopped meanwhile leaves nothing of it.</summary>
    public static async Task CreateAsync(NpgsqlConnection connection, IReadOnlyList<LegacyClient> clients, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var table = new NpgsqlCommand(
            """
            CREATE TABLE public.clients (
                id uuid PRIMARY KEY,
                name text NOT NULL,
                email text NOT NULL UNIQUE,
                api_key text UNIQUE,
                created_at timestamptz NOT NULL DEFAULT now()
            )
            """, connection, transaction))
            await table.ExecuteNonQueryAsync(cancellation);
        await using (var rows = await connection.BeginBinaryImportAsync("COPY public.clients (id, name, email, api_key, created_at) FROM STDIN (FORMAT BINARY)", cancellation))
        {
            foreach (var client in clients)
            {
                await rows.StartRowAsync(cancellation);
                await rows.WriteAsync(client.Id, NpgsqlDbType.Uuid, cancellation);
                await rows.WriteAsync(client.Name, NpgsqlDbType.Text, cancellation);
                await rows.WriteAsync(client.Email, NpgsqlDbType.Text, cancellation);
                if (client.ApiKey is { } key) await rows.WriteAsync(key, NpgsqlDbType.Text, cancellation);
                else await rows.WriteNullAsync(cancellation);
                await rows.WriteAsync(client.CreatedAt, NpgsqlDbType.TimestampTz, cancellation);
            }
            await rows.CompleteAsync(cancellation);
        }
        await transaction.CommitAsync(cancellation);
        await using var analyze = new NpgsqlCommand("ANALYZE public.clients", connection);
        await analyze.ExecuteNonQueryAsync(cancellation);
    }
}
