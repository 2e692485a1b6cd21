using Godwit.Sqlite.Native;

namespace Godwit.Bench.Data;

/// <summary>One table of four small columns: what a row itself costs.</summary>
internal static class NarrowData
{
    private static readonly string[] Kinds = ["view", "click", "purchase", "refund", "login"];

    public static void Write(string path, long rows)
    {
        using var file = new DataFile(path);
        file.Connection.Execute("CREATE TABLE events(id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL)");
        var numbers = new Numbers(1);
        using (var insert = file.Connection.Prepare("INSERT INTO events VALUES (?1, ?2, ?3, ?4)"))
        {
            for (var id = 1L; id <= rows; id++)
            {
                insert.Bind(id, (long)numbers.Below(1_000_000), 1_700_000_000_000 + 137 * id, Kinds[numbers.Below(Kinds.Length)]);
                insert.Step();
                insert.Reset();
            }
        }

        file.Finish();
    }
}
