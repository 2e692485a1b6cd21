using Godwit.Model.Moves;
using Godwit.Postgres.Schema;

namespace Godwit.Cli.Move;

/// <summary>The file not-moved.sql: what a person has to look at; empty when there is nothing.</summary>
internal static class NotMovedOutput
{
    public static string PathOf(MoveRequest request) => Path.GetFullPath(request.NotMovedFile ?? "not-moved.sql");

    public static void Write(MoveRequest request, IReadOnlyList<NotMoved> entries)
    {
        using var writer = new StreamWriter(PathOf(request), append: false);
        NotMovedFile.Write(writer, entries);
    }
}
