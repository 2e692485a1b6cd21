using System.Text;

namespace Godwit.Postgres.Connections;

/// <summary>One thing about the options of a URL, and what to do.</summary>
internal sealed record OptionRemark(string Message, string Remedy);

/// <summary>
/// The <c>options</c> of a URL, or PGOPTIONS: settings of the server's session. Only those are taken under which a move keeps its promises; the server would
/// take any, and some of them turn foreign keys off or let damage pass for rows.
/// </summary>
internal sealed class UrlOptions
{
    private const string LeaveOut = "Leave it out of the URL's options (or of PGOPTIONS)";

    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "backend_flush_after", "client_connection_check_interval", "client_min_messages", "constraint_exclusion", "cursor_tuple_fraction", "default_tablespace",
        "default_toast_compression", "effective_cache_size", "effective_io_concurrency", "from_collapse_limit", "hash_mem_multiplier", "join_collapse_limit",
        "logical_decoding_work_mem", "maintenance_io_concurrency", "max_parallel_maintenance_workers", "max_parallel_workers", "max_parallel_workers_per_gather",
        "max_stack_depth", "min_parallel_index_scan_size", "min_parallel_table_scan_size", "parallel_leader_participation", "parallel_setup_cost", "parallel_tuple_cost",
        "plan_cache_mode", "random_page_cost", "recursive_worktable_factor", "seq_page_cost", "tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval",
        "tcp_user_timeout", "temp_buffers", "temp_file_limit", "temp_tablespaces", "wal_compression", "wal_skip_threshold", "work_mem",
    };

    private static readonly string[] HarmlessBeginnings = ["cpu_", "enable_", "geqo", "jit_", "log_", "track_", "vacuum_"];

    private static readonly Dictionary<string, string> Harmful = new(StringComparer.Ordinal)
    {
        ["session_replication_role"] = "foreign keys and triggers would not fire",
        ["role"] = "the sessions are those of the URL's user",
        ["session_authorization"] = "the sessions are those of the URL's user",
        ["default_transaction_read_only"] = "a move writes",
        ["transaction_read_only"] = "a move writes",
        ["synchronous_commit"] = "what was reported as done could be gone after a crash",
        ["zero_damaged_pages"] = "damage would pass for missing rows",
        ["ignore_checksum_failure"] = "damage would pass for rows",
        ["ignore_system_indexes"] = "damage would stay unseen",
        ["transform_null_equals"] = "checks and views would mean something else",
    };

    private UrlOptions()
    {
    }

    /// <summary>What keeps the options from being used.</summary>
    public List<OptionRemark> Problems { get; } = [];

    /// <summary>What is asked for and does not happen.</summary>
    public List<OptionRemark> Ignored { get; } = [];

    public static UrlOptions Read(string text)
    {
        var options = new UrlOptions();
        var words = Words(text);
        for (var i = 0; i < words.Count; i++)
        {
            var setting = words[i] switch
            {
                "-c" => ++i < words.Count ? words[i] : "",
                ['-', 'c', .. var rest] => rest,
                ['-', '-', .. var rest] => rest,
                _ => "",
            };
            options.Judge(setting);
        }
        return options;
    }

    private void Judge(string setting)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        // As the server reads a name: in any case, - standing for _.
        var name = equals > 0 ? setting[..equals].ToLowerInvariant().Replace('-', '_') : "";
        if (UrlSettings.Printable(name) is null)
            Problems.Add(new OptionRemark("Godwit takes of the server's options only settings: -c name=value or --name=value", LeaveOut));
        else if (SessionSettings.Own.Contains(name))
            Ignored.Add(new OptionRemark($"options sets {name}, which Godwit sets itself: it has no effect here", LeaveOut));
        else if (!Harmless.Contains(name) && !Array.Exists(HarmlessBeginnings, b => name.StartsWith(b, StringComparison.Ordinal)))
            Problems.Add(new OptionRemark($"options sets {name}: {(Harmful.TryGetValue(name, out var harm) ? harm : "a move is not known to keep its promises under it")}", LeaveOut));
    }

    /// <summary>As the server splits them: at white space, a backslash taking the next character as it is.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is ' ' or >= '\t' and <= '\r')
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
                continue;
            }
            if (text[i] == '\\' && ++i == text.Length) break;
            (word ??= new StringBuilder()).Append(text[i]);
        }
        if (word is not null) words.Add(word.ToString());
        return words;
    }
}
