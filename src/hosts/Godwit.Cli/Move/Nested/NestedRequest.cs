using System.Globalization;
using Godwit.Engine.Steps.Move;
using Godwit.Postgres.Connections;
using Godwit.Sqlite.Planning;

namespace Godwit.Cli.Move.Nested;

/// <summary>A step's settings as what a person would have asked of <c>godwit move</c>: kept with the move.</summary>
internal static class NestedRequest
{
    public static MoveRequest Of(MoveTask task, string path, string address) => new()
    {
        From = path,
        FromSchema = task.FromSchema,
        To = address,
        Schema = task.Schema,
        Tables = task.Tables,
        Accept = task.Accept,
        Names = task.Names,
        Quarantine = task.Quarantine,
        Paranoid = task.Paranoid,
        Jobs = task.Jobs,
        Share = task.Share,
        Live = task.Live,
        RangeRows = task.RangeRows ?? PlanOptions.DefaultRowsPerRange,
    };

    /// <summary>A URL of the server that was chosen, for people; it holds no password.</summary>
    public static string AddressOf(PostgresTarget target)
    {
        var (host, user, database) = (target.Host, Uri.EscapeDataString(target.Url.User), Uri.EscapeDataString(target.Url.Database));
        return host.IsSocket
            ? string.Create(CultureInfo.InvariantCulture, $"postgres://{user}@/{database}?host={Uri.EscapeDataString(host.Name)}&port={host.Port}")
            : $"postgres://{user}@{host}/{database}";
    }
}
