using System.Globalization;
using Godwit.Http.Problems;
using Godwit.Identity.Requests;
using Godwit.Identity.Roles;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Administration;

/// <summary>What may be done to others, each by a permission.</summary>
internal static class AdministrationRoutes
{
    private const string Users = "/v1/admin/users", User = Users + "/{id:guid}", Requests = "/v1/admin/data-requests", Request = Requests + "/{id:guid}";

    public static void Map(RouteMap routes)
    {
        MapUsers(routes);
        MapRequests(routes);
        routes.Admin("GET", "/v1/admin/events", Permission.ReadEvents, async (context, caller) => await RouteMap.AnswerAsync(
            context, await routes.Get<EventSearch>().FindAsync(caller, EventFilter.Read(context.Request.Query), context.RequestAborted), AdministrationJson.Default.IReadOnlyListEventRecord));
        routes.Admin("GET", "/v1/admin/stats", Permission.ReadStats, async (context, _) => await RouteMap.AnswerAsync(context, await routes.Get<ServiceStatistics>().ReadAsync(context.RequestAborted), AdministrationJson.Default.Statistics));
    }

    private static void MapUsers(RouteMap routes)
    {
        routes.Admin("POST", Users + "/search", Permission.ReadUsers, async (context, caller) =>
        {
            var search = await JsonBody.ReadAsync(context, AdministrationJson.Default.UserSearch);
            await RouteMap.AnswerAsync(context, await routes.Get<UserAdministration>().SearchAsync(caller, search, context.RequestAborted), AdministrationJson.Default.IReadOnlyListUserDocument);
        });
        routes.Admin("GET", User, Permission.ReadUsers, async (context, caller) => await RouteMap.AnswerAsync(
            context, await routes.Get<UserAdministration>().ReadAsync(caller, RouteMap.Id(context), context.RequestAborted), AdministrationJson.Default.UserDocument));
        routes.Admin("POST", User + "/lock", Permission.LockUsers, async (context, caller) =>
        {
            await routes.Get<UserAdministration>().LockAsync(caller, RouteMap.Id(context), await JsonBody.ReadAsync(context, AdministrationJson.Default.LockForm), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        routes.Admin("POST", User + "/unlock", Permission.LockUsers, async (context, caller) =>
        {
            await routes.Get<UserAdministration>().UnlockAsync(caller, RouteMap.Id(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        routes.Admin("DELETE", User + "/sessions", Permission.EndSessions, async (context, caller) => await RouteMap.AnswerAsync(
            context, await routes.Get<UserAdministration>().EndSessionsAsync(caller, RouteMap.Id(context), context.RequestAborted), AdministrationJson.Default.EndedSessions));
    }

    private static void MapRequests(RouteMap routes)
    {
        routes.Admin("GET", Requests, Permission.ReadRequests, async (context, _) =>
        {
            var query = context.Request.Query;
            var (due, after) = ((DateTimeOffset?)null, (Guid?)null);
            List<FieldFault> faults = [];
            if (Text(query, "dueBefore") is { } time)
            {
                if (DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) due = at;
                else faults.Add(new FieldFault("dueBefore", "is a time: 2026-01-31T12:00:00Z"));
            }
            if (Text(query, "after") is { } last)
            {
                if (Guid.TryParse(last, out var id)) after = id;
                else faults.Add(new FieldFault("after", "is the id of a request"));
            }
            if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
            await RouteMap.AnswerAsync(context, await routes.Get<RequestAdministration>().ListAsync(Text(query, "status"), due, after, context.RequestAborted), AdministrationJson.Default.IReadOnlyListRequestSummary);
        });
        routes.Admin("GET", Request, Permission.ReadRequests, async (context, caller) => await RouteMap.AnswerAsync(
            context, await routes.Get<RequestAdministration>().ReadAsync(caller, RouteMap.Id(context), context.RequestAborted), AdministrationJson.Default.RequestDocument));
        routes.Admin("POST", Request + "/take", Permission.ProcessRequests, async (context, caller) =>
        {
            await routes.Get<RequestAdministration>().TakeAsync(caller, RouteMap.Id(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        routes.Admin("POST", Request + "/complete", Permission.ProcessRequests, async (context, caller) =>
        {
            await routes.Get<RequestAdministration>().CompleteAsync(caller, RouteMap.Id(context), await JsonBody.ReadAsync(context, AdministrationJson.Default.RequestAnswer), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        routes.Admin("POST", Request + "/reject", Permission.ProcessRequests, async (context, caller) =>
        {
            await routes.Get<RequestAdministration>().RejectAsync(caller, RouteMap.Id(context), await JsonBody.ReadAsync(context, AdministrationJson.Default.RequestAnswer), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
    }

    private static string? Text(IQueryCollection query, string name) => query[name] is [{ Length: > 0 } value] ? value : null;
}
