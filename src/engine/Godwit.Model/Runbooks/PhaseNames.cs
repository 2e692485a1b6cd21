namespace Godwit.Model.Runbooks;

/// <summary>Phases as files and commands name them: <c>expand</c>.</summary>
public static class PhaseNames
{
    public static IReadOnlyList<Phase> All { get; } = Enum.GetValues<Phase>();

    public static string Of(Phase phase) => phase.ToString().ToLowerInvariant();

    public static Phase? Find(string name) => All.Where(p => Of(p) == name).Select(p => (Phase?)p).FirstOrDefault();
}
