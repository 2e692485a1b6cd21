namespace Godwit.Repository.Tests.Layout;

internal static class Offenders
{
    /// <summary>Names all of them: whoever meets a failure here wants to mend it in one go.</summary>
    public static void AssertNone(IEnumerable<string> offenders)
    {
        var all = string.Join('\n', offenders);
        Assert.True(all.Length == 0, all);
    }
}
