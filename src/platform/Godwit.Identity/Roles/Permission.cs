namespace Godwit.Identity.Roles;

/// <summary>What a role may allow. Which role allows what stands in the database (<c>identity.role_permissions</c>).</summary>
internal static class Permission
{
    public const string ReadUsers = "users.read", LockUsers = "users.lock", EndSessions = "sessions.end", ReadRequests = "requests.read", ProcessRequests = "requests.process", ReadEvents = "events.read", ReadStats = "stats.read", GrantRoles = "roles.grant";
}
