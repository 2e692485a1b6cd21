using Godwit.Sqlite.Native;

namespace Godwit.Bench.Data;

/// <summary>People with an address each, as applications keep them: some columns, of which one is personal.</summary>
internal static class PeopleData
{
    public static void Write(string path, long rows)
    {
        using var file = new DataFile(path);
        file.Connection.Execute("CREATE TABLE people(id INTEGER PRIMARY KEY, email TEXT NOT NULL, city TEXT NOT NULL, note TEXT, created_at TEXT NOT NULL, visits INTEGER NOT NULL)");
        var numbers = new Numbers(3);
        using (var insert = file.Connection.Prepare("INSERT INTO people VALUES (?1, ?2, ?3, ?4, ?5, ?6)"))
        {
            for (var id = 1L; id <= rows; id++)
            {
                insert.Bind(id, $"person{id}@mail{numbers.Below(100)}.example", $"City {numbers.Below(1000)}", $"A note of some words about number {id}", $"2024-{1 + numbers.Below(12):00}-{1 + numbers.Below(28):00} 12:00:00", (long)numbers.Below(5000));
                insert.Step();
                insert.Reset();
            }
        }

        file.Finish();
    }
}
