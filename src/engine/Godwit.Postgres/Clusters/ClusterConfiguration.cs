using System.Text;

namespace Godwit.Postgres.Clusters;

/// <summary>The settings Godwit gives its private server, in a file of their own that postgresql.conf includes.</summary>
internal static class ClusterConfiguration
{
    public static string Render(int port, string socketFolder, ClusterOptions options)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["port"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = '"' + socketFolder.Replace("\"", "\"\"", StringComparison.Ordinal) + '"',
            ["password_encryption"] = "scram-sha-256",
            ["max_connections"] = "60",
            ["shared_buffers"] = "256MB",
            ["maintenance_work_mem"] = "256MB",
            ["work_mem"] = "32MB",
            ["effective_cache_size"] = "1GB",
            ["max_wal_size"] = "4GB",
            ["checkpoint_timeout"] = "15min",
            // Without WAL shipping, COPY into a table made in the same transaction skips the WAL
            // (https://www.postgresql.org/docs/current/populate.html#POPULATE-MAX-WAL-SIZE). No replica can follow this server.
            ["wal_level"] = "minimal",
            ["max_wal_senders"] = "0",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["lc_messages"] = "C",
            ["log_line_prefix"] = "%m [%p] %q%a ",
        };
        if (!options.Durable)
        {
            settings["fsync"] = "off";
            settings["full_page_writes"] = "off";
            settings["synchronous_commit"] = "off";
        }

        foreach (var (name, value) in options.Settings)
            settings[name] = value;

        var text = new StringBuilder("# Written by godwit at every start; put settings of your own into data/postgresql.conf, after the include.\n");
        foreach (var (name, value) in settings)
            text.Append(name).Append(" = '").Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        return text.ToString();
    }
}
