namespace Godwit.Engine.Rollback;

/// <summary>Roles as people write them: <c>Engineering Lead</c> is <c>engineering-lead</c>.</summary>
public static class RoleName
{
    public static bool Same(string one, string other) => Plain(one) == Plain(other);

    private static string Plain(string name) => string.Join(' ', name.ToLowerInvariant().Split([' ', '-', '_'], StringSplitOptions.RemoveEmptyEntries));
}
