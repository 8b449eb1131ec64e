-- The profiles with how many of them share each of their values: to have the same rare name says more.
SELECT p.*, f.profiles AS first_n, l.profiles AS last_n, b.profiles AS birthday_n, c.profiles AS city_n, w.profiles AS company_n,
       m.profiles AS local_n, h.profiles AS host_n
FROM candidate_profiles p
LEFT JOIN candidate_values f ON f.field = 'name' AND f.value = p.first
LEFT JOIN candidate_values l ON l.field = 'name' AND l.value = p.last
LEFT JOIN candidate_values b ON b.field = 'birthday' AND b.value = p.birthday
LEFT JOIN candidate_values c ON c.field = 'city' AND c.value = p.city
LEFT JOIN candidate_values w ON w.field = 'company' AND w.value = p.company
LEFT JOIN candidate_values m ON m.field = 'local' AND m.value = p.local
LEFT JOIN candidate_values h ON h.field = 'host' AND h.value = p.host
