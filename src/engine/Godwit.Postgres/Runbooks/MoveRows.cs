using System.Text;
using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Engine.Reports;
using Godwit.Postgres.Runs;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>The moves that steps of a run made, undone ones too.</summary>
public static class MoveRows
{
    public static async Task<IReadOnlyList<MoveRow>> ReadAsync(NpgsqlConnection connection, Guid run, KnownSigners known, CancellationToken cancellation)
    {
        if (!await RunSchema.HasParentsAsync(connection, cancellation)) return [];
        await using var command = new NpgsqlCommand(
            "SELECT id, parent_step, target_schema, state, started_at, finished_at, certificate FROM godwit.runs WHERE parent = $1 AND kind = 'move' ORDER BY started_at", connection)
        { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var moves = new List<MoveRow>();
        while (await reader.ReadAsync(cancellation))
        {
            var certificate = reader.IsDBNull(6) ? null : reader.GetString(6);
            moves.Add(new MoveRow(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), Enum.Parse<RunState>(reader.GetString(3)), reader.GetFieldValue<DateTimeOffset>(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5), certificate,
                certificate is null ? null : CertificateFile.Verify(Encoding.UTF8.GetBytes(certificate), known)));
        }
        return moves;
    }
}
